// Some steps of a run, to tell where its time will go.
#pragma once

#include "worker/time_split.h"
#include "worker/training.h"

#include <cstdint>
#include <string>

namespace enigma::worker {

struct StepTimes {
  int64_t steps = 0;                ///< measured, after a first one
  TimeSplit per_step;               ///< means, as this rank sees them
  double flops = 0;                 ///< of a step on all ranks, dense convention
  double windows_per_s = 0;         ///< of all ranks, training
  double loader_windows_per_s = 0;  ///< of all ranks, reading alone
  std::string attention;            ///< operators that the first step ran
};

/// Reads the batches of `steps` steps, then trains one step and `steps` further ones. Every rank
/// calls it at the same time. Throws what training throws.
StepTimes measure_steps(Training& training, int64_t steps);

}  // namespace enigma::worker
