// Learning rate over the steps: linear warm-up, stable, linear decay (model.md 1.4).
#pragma once

#include <cstdint>

namespace enigma::worker {

struct LearningRateSchedule {
  int64_t steps = 0;
  int64_t warmup_steps = 0;
  int64_t decay_steps = 0;  ///< the last ones; the rate would reach 0 at `steps`
};

/// Rate of step `step` (from 0). Warm-up starts at 1e-7 and reaches `base` in its last step, as
/// published: 1e-7 + step·(base − 1e-7)/(warmup − 1).
double learning_rate(const LearningRateSchedule& schedule, double base, int64_t step);

}  // namespace enigma::worker
