// The loop.
#pragma once

#include "worker/protocol/exit_code.h"
#include "worker/training.h"

namespace enigma::worker {

/// Runs to the target step, or to where it must stop: done, preempted (75, 76). Throws Ending (71)
/// where the loss or a gradient is not finite.
protocol::ExitCode train(Training& training);

}  // namespace enigma::worker
