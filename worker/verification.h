// A step worked out twice: a device that computes wrongly now and then says nothing of it.
#pragma once

#include "worker/passes.h"

namespace enigma::worker {

/// Whether the next step is to be verified.
bool is_verified(const Training& training);

/// Works out the gradients of a step again, after their sums and before anything is stepped, and
/// compares them bit for bit with what is there. Throws Ending(70, hardware) on every rank where
/// they differ on one, which it names. Adds the passes to `times`.
void verify(Training& training, const StepBatch& batch, const OwnPart& first, TimeSplit& times);

}  // namespace enigma::worker
