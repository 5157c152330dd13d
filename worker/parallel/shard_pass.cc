#include "worker/parallel/shard_pass.h"

namespace enigma::parallel {

std::vector<ShardAction> shard_pass(size_t blocks) {
  std::vector<ShardAction> actions;
  for (size_t block = 0; block < blocks; ++block) {
    actions.push_back({ShardAction::gather, block});
  }
  for (size_t block = blocks; block-- > 0;) {
    if (block > 0) { actions.push_back({ShardAction::gather_again, block - 1}); }
    actions.push_back({ShardAction::sum, block});
  }
  return actions;
}

}  // namespace enigma::parallel
