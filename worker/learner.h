// The parameters of a run with their optimisers: what a step changes and a checkpoint holds.
#pragma once

#include "sweeps/point.h"
#include "worker/family.h"
#include "worker/optimizer/session_optimizer.h"
#include "worker/optimizer/shared_optimizer.h"
#include "worker/parallel/block_passes.h"
#include "worker/parallel/ranks.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace enigma::worker {

struct SessionLearner {
  std::string name;
  int64_t lane = 0;
  SessionOptimizer optimizer;
};

struct Learner {
  std::unique_ptr<SharedOptimizer> shared;
  std::vector<std::string> shared_names;  ///< of its parameters
  std::vector<SessionLearner> sessions;   ///< in the family's order
  parallel::BlockPasses passes;           ///< through the model, as `shared` wants them

  /// Throws Ending(64) for a form that the ranks of this attempt cannot take.
  Learner(const sweeps::PointFile& file, const Family& family, const parallel::Ranks& ranks);

  /// What this rank holds of the gradients of both classes, those of `drawn` sessions.
  std::vector<at::Tensor> gradients(const std::vector<size_t>& drawn) const;
  /// Zeroes or forgets them instead of stepping.
  void drop_gradients(const std::vector<size_t>& drawn);
};

}  // namespace enigma::worker
