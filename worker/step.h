// One training step: this rank's lanes forward and backward, sums over ranks, then both classes of
// parameters.
#pragma once

#include "worker/agreement.h"
#include "worker/family.h"
#include "worker/time_split.h"
#include "worker/training.h"

namespace enigma::worker {

struct StepResult {
  StepWords all;             ///< of all ranks: the loss, its FLOPs, and what was wished
  double grad_norm = 0;      ///< of the shared class, before clipping
  double learning_rate = 0;  ///< of the shared class
};

/// Advances the model and training.state by one step; adds to `times`. Throws Ending(71) on every
/// rank where loss or gradient is not finite on one: nothing was stepped then.
/// `checkpoint_due`: this rank's clock asks for a checkpoint.
StepResult train_step(Training& training, const StepBatch& batch, bool checkpoint_due,
                      TimeSplit& times);

}  // namespace enigma::worker
