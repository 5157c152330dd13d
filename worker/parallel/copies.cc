#include "worker/parallel/copies.h"

#include "diagnostics/check.h"

namespace enigma::parallel {

Copies copies_of(Collectives& all, int64_t shard_ranks) {
  ENIGMA_CHECK(all.world() % shard_ranks == 0, "the ranks of a copy divide all");
  const int64_t place = all.rank() % shard_ranks, copies = all.world() / shard_ranks;
  Copies result;
  result.shards = all.group({all.rank() - place, 1, shard_ranks});
  result.replicas = copies == 1 ? alone() : all.group({place, shard_ranks, copies});
  return result;
}

}  // namespace enigma::parallel
