// The token shards of a point, mapped: sequences to train on and held out ones.
#pragma once

#include "sweeps/point.h"
#include "tokens/shard.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace enigma::worker {

/// Some shards as sequences of `length` inputs and one target more, one after the other.
class Sequences {
 public:
  Sequences(std::vector<tokens::Shard> shards, int64_t length);

  int64_t count() const { return firsts_.back(); }
  int64_t length() const { return length_; }
  const std::vector<tokens::Shard>& shards() const { return shards_; }
  /// Sequence `index` into `out`, length + 1 tokens.
  void read(int64_t index, std::span<int64_t> out) const;

 private:
  std::vector<tokens::Shard> shards_;
  int64_t length_;
  std::vector<int64_t> firsts_;  // of every shard, and the count of all
};

struct TokenCorpus {
  Sequences training, held_out;
  int64_t vocabulary = 0;
};

/// Opens the shards that the point names below `data`. Throws Ending: 65 with every diagnostic
/// where one is missing, damaged, or of another vocabulary, or where a set holds no whole sequence.
TokenCorpus open_tokens(const sweeps::Point& point, const std::filesystem::path& data);

/// (sequences, length + 1) int64, on the host.
at::Tensor read_sequences(const Sequences& sequences, const std::vector<int64_t>& indices);

}  // namespace enigma::worker
