// The training of one run by one process: set up from a point, then the loop.
#pragma once

#include "sweeps/point.h"
#include "worker/checkpoint.h"
#include "worker/device.h"
#include "worker/environment.h"
#include "worker/evaluation.h"
#include "worker/learner.h"
#include "worker/protocol/exit_code.h"
#include "worker/reporter.h"
#include "worker/strategies.h"

#include <csignal>
#include <map>

namespace enigma::worker {

/// Everything that the loop works on. Built in the order of its members.
struct Training {
  const Environment& environment;
  const sweeps::PointFile& file;
  const Device& device;
  Reporter& reporter;
  const volatile std::sig_atomic_t& stop_asked;  ///< set by SIGTERM or SIGUSR1

  Corpus corpus;
  std::map<size_t, Rates> rates;  ///< of every session
  StrategyTable strategies;
  Evaluation evaluation;
  Learner learner;
  LoopState state;
  bool saved = false;  ///< a checkpoint of `state` exists

  /// Opens the data, builds the model, and goes back to the newest whole checkpoint. Throws Ending.
  Training(const Environment& environment, const sweeps::PointFile& file, const Device& device,
           Reporter& reporter, const volatile std::sig_atomic_t& stop_asked);
};

/// Runs to the target step, or to where it must stop: done, preempted (75, 76). Throws Ending (71)
/// where the loss or a gradient is not finite.
protocol::ExitCode train(Training& training);

}  // namespace enigma::worker
