// The parameters of a run with their optimisers: what a step changes and a checkpoint holds.
#pragma once

#include "sweeps/point.h"
#include "worker/family.h"
#include "worker/optimizer.h"

#include <filesystem>
#include <string>
#include <vector>

namespace enigma::worker {

struct SessionLearner {
  std::string name;
  SessionOptimizer optimizer;
};

struct Learner {
  SharedOptimizer shared;
  std::vector<SessionLearner> sessions;  ///< in the family's order

  Learner(const sweeps::Point& point, const Family& family);
};

/// shared.safetensors and session-NAME.safetensors: parameters under their published names, beside
/// them `.exp_avg`, `.exp_avg_sq` and `.step`.
void write_shards(const Learner& learner, const std::filesystem::path& folder);

/// The reverse, bit for bit. Throws Ending(74) where names or shapes are another model's.
void read_shards(Learner& learner, const std::filesystem::path& folder);

}  // namespace enigma::worker
