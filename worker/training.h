// The training of one run, as one of its ranks sees it, set up from its point.
#pragma once

#include "sweeps/point.h"
#include "worker/agreement.h"
#include "worker/checkpoint_writer.h"
#include "worker/device.h"
#include "worker/environment.h"
#include "worker/family.h"
#include "worker/learner.h"
#include "worker/parallel/ranks.h"
#include "worker/reporter.h"
#include "worker/shards.h"
#include "worker/trace/time_split.h"
#include "worker/trace/trace.h"

#include <csignal>
#include <memory>

namespace enigma::worker {

/// Everything that the loop works on. Built in the order of its members.
struct Training {
  const Environment& environment;
  const sweeps::PointFile& file;
  const Device& device;
  Reporter& reporter;
  const volatile std::sig_atomic_t& stop_asked;  ///< set by SIGTERM or SIGUSR1
  parallel::Ranks ranks;

  std::unique_ptr<Family> family;
  Learner learner;
  LoopState state;
  bool saved = false;  ///< a checkpoint of `state` exists
  StagedShards staged;
  CheckpointWriter checkpoints;  ///< of what is staged
  Trace* trace = nullptr;        ///< told of what the clock has read; null: none

  /// Opens the data, builds the model, and goes back to the newest whole checkpoint. Throws Ending.
  Training(const Environment& environment, const sweeps::PointFile& file, const Device& device,
           Reporter& reporter, const volatile std::sig_atomic_t& stop_asked,
           parallel::Collectives& collectives, OpenFamily open);

  /// Back to the newest whole checkpoint of the run, with all ranks. Throws Ending.
  void restore();

  /// Adds a reading of the clock to `times`, and to the trace. What was waited for other ranks
  /// since the last one is communication, and lies in it.
  void spent(TimeSplit& times, Part part, const Lap& lap);

  /// What signals, the controller and the clock ask of this rank, in `words`.
  void ask(StepWords& words, bool checkpoint_due);
};

}  // namespace enigma::worker
