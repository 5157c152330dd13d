// Ranks that share one copy of the model, beside ranks that hold the same part of the others.
#pragma once

#include "worker/parallel/collectives.h"

#include <cstdint>
#include <memory>

namespace enigma::parallel {

struct Copies {
  std::unique_ptr<Collectives> shards;    ///< the ranks of this one's copy
  std::unique_ptr<Collectives> replicas;  ///< those with its part, one of each copy
};

/// Neighbouring ranks share a copy, `shard_ranks` of them, which divides all. Every rank calls it.
Copies copies_of(Collectives& all, int64_t shard_ranks);

}  // namespace enigma::parallel
