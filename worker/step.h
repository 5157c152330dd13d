// One training step: this rank's lanes forward and backward, sums over ranks, then both classes of
// parameters.
#pragma once

#include "worker/agreement.h"
#include "worker/family.h"
#include "worker/trace/time_split.h"
#include "worker/training.h"

#include <optional>
#include <string>

namespace enigma::worker {

struct StepResult {
  StepWords all;             ///< of all ranks: the loss, its FLOPs, and what was wished
  double grad_norm = 0;      ///< of the shared class, before clipping
  double learning_rate = 0;  ///< of the shared class
  /// Why nothing was stepped: a spike, which the point does not end the run for.
  std::optional<std::string> spike;
};

/// Advances the model and training.state by one step; adds to `times`. Throws Ending(71) on every
/// rank where loss or gradient is not finite on one, or there were too many spikes; Ending(70)
/// where a step that is verified gave other bits: nothing was stepped then. A spike that the run
/// goes back for advances nothing.
/// `checkpoint_due`: this rank's clock asks for a checkpoint.
StepResult train_step(Training& training, const StepBatch& batch, bool checkpoint_due,
                      TimeSplit& times);

}  // namespace enigma::worker
