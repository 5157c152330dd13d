// Some steps of a run, to tell where its time will go.
#pragma once

#include "worker/bench/step_model.h"
#include "worker/trace/time_split.h"
#include "worker/training.h"

#include <cstdint>
#include <string>

namespace enigma::worker {

struct StepTimes {
  int64_t steps = 0;                ///< measured, after a first one
  TimeSplit per_step;               ///< means, as this rank sees them
  model::TrainingFlops flops;       ///< of a step on all ranks
  double windows_per_s = 0;         ///< of all ranks, training
  double loader_windows_per_s = 0;  ///< of all ranks, reading alone
  std::string attention;            ///< operators that the first step ran
};

/// What simulated_step() takes of a run whose steps were measured on these ranks.
StepCompute compute_of(const Training& training, const TimeSplit& per_step);
StepTraffic traffic_of(const Training& training);

/// Reads the batches of `steps` steps, then trains one step and `steps` further ones. Every rank
/// calls it at the same time. Throws what training throws.
StepTimes measure_steps(Training& training, int64_t steps);

}  // namespace enigma::worker
