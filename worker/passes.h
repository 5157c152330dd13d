// The passes of a step on one rank: the windows of its lanes forward and backward, part by part.
#pragma once

#include "worker/agreement.h"
#include "worker/family.h"
#include "worker/trace/time_split.h"
#include "worker/training.h"

#include <cstddef>
#include <vector>

namespace enigma::worker {

/// What this rank's part of a step gave, beside the gradients.
struct OwnPart {
  StepWords words;
  std::vector<size_t> sessions;  ///< that were drawn
};

/// Adds to the gradients of both classes and to `times`; what ranks sum may already be under way.
OwnPart run_passes(Training& training, const StepBatch& batch, TimeSplit& times);

}  // namespace enigma::worker
