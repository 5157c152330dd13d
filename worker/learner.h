// The parameters of a run with their optimisers: what a step changes and a checkpoint holds.
#pragma once

#include "sweeps/point.h"
#include "worker/family.h"
#include "worker/parallel/ranks.h"
#include "worker/session_optimizer.h"
#include "worker/shared_optimizer.h"

#include <filesystem>
#include <string>
#include <vector>

namespace enigma::worker {

struct SessionLearner {
  std::string name;
  int64_t lane = 0;
  SessionOptimizer optimizer;
};

struct Learner {
  SharedOptimizer shared;
  std::vector<SessionLearner> sessions;  ///< in the family's order

  Learner(const sweeps::PointFile& file, const Family& family, const parallel::Ranks& ranks);
};

/// Writes this rank's share of a checkpoint and returns the names of its files:
/// shared.safetensors (rank 0), shared-R.safetensors where ranks share the stepping, and
/// session-NAME.safetensors of the sessions of its lanes. Parameters stand under their published
/// names, beside them `.exp_avg`, `.exp_avg_sq` and `.step`.
std::vector<std::string> write_shards(const Learner& learner, const parallel::Ranks& ranks,
                                      const std::filesystem::path& folder);

/// The reverse, bit for bit, on every rank, whatever ranks have written it. Throws Ending(74) where
/// names or shapes are another model's.
void read_shards(Learner& learner, const std::filesystem::path& folder);

/// The parameters alone, into a model that is not trained. Throws as read_shards().
void read_parameters(const Family& family, const std::filesystem::path& folder);

}  // namespace enigma::worker
