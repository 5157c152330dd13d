// One training step: lanes forward and backward, then both classes of parameters.
#pragma once

#include "worker/family.h"
#include "worker/time_split.h"
#include "worker/training.h"

namespace enigma::worker {

struct StepResult {
  double loss = 0;           ///< mean over lanes, behaviour term included
  double grad_norm = 0;      ///< of the shared class, before clipping
  double learning_rate = 0;  ///< of the shared class
  double flops = 0;          ///< dense convention, all lanes
};

/// Advances the model and training.state by one step; adds to `times`. Throws Ending(71) where
/// loss or gradient is not finite: nothing was stepped then.
StepResult train_step(Training& training, const StepBatch& batch, TimeSplit& times);

}  // namespace enigma::worker
