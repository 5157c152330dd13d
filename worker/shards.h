// The files of a checkpoint that hold tensors: shared.safetensors (rank 0), shared-R.safetensors
// where ranks share the stepping or the model, and session-NAME.safetensors of the sessions of a
// rank's lanes. Parameters stand under their published names, beside them `.exp_avg`, `.exp_avg_sq`
// and
// `.step`.
#pragma once

#include "worker/checkpoint.h"
#include "worker/learner.h"
#include "worker/optimizer/state_pieces.h"
#include "worker/parallel/ranks.h"

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace enigma::worker {

/// A copy of this rank's share of the state of a run, from which it is written while training goes
/// on.
class StagedShards {
 public:
  /// Copies what is there now.
  void take(Learner& learner, const parallel::Ranks& ranks);
  /// Writes the copy.
  std::vector<ShardFile> write(const std::filesystem::path& folder) const;

 private:
  using Shards = std::map<std::string, std::vector<StatePiece>>;
  at::Tensor staged(const std::string& shard, const StatePiece& piece);

  Shards shards_;  // by file
  std::map<std::tuple<std::string, std::string, int64_t>, at::Tensor> copies_;
};

/// The reverse, bit for bit, on every rank, whatever ranks have written it. Throws Ending(74) where
/// names or shapes are another model's.
void read_shards(Learner& learner, const std::filesystem::path& folder);

/// The parameters alone, into a model that is not trained. Throws as read_shards().
void read_parameters(const Family& family, const std::filesystem::path& folder);

}  // namespace enigma::worker
