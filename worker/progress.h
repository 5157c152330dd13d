// When to tell, to keep and to score: decisions over plain numbers, and the metrics of an interval.
#pragma once

#include "worker/protocol/report.h"
#include "worker/step.h"
#include "worker/time_split.h"

#include <cstdint>

namespace enigma::worker {

/// What was done since the last metrics report.
struct Interval {
  TimeSplit times;
  int64_t steps = 0, windows = 0;
  double flops = 0;
};

/// The contract's values: those of the last step (train_loss, learning_rate, grad_norm), rates, and
/// seconds summed over the interval's `interval_steps` steps, so that shares add up exactly.
protocol::Metrics metrics_of(const LoopState& state, const StepResult& last,
                             const Interval& interval, double peak_flops_per_s,
                             double memory_bytes);

/// Whether a step is scored besides the last: at each quarter of the run, where scoring costs at
/// most a twentieth of the quarter (a forward pass counts as a third of a training window).
bool evaluation_due(int64_t step, int64_t steps, int64_t windows_per_step,
                    int64_t evaluation_windows);

}  // namespace enigma::worker
