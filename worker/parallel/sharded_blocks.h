// A model cut over ranks block by block: around each block its parameters are whole, one block is
// brought together ahead, and gradients are summed while backward goes on.
#pragma once

#include "worker/parallel/around_blocks.h"
#include "worker/parallel/shard_pass.h"
#include "worker/parallel/shard_unit.h"

#include <cstddef>
#include <vector>

namespace enigma::parallel {

class ShardedBlocks {
 public:
  /// `units`: those of the blocks, in the order of the forward pass, and last that of the
  /// parameters which belong to none: it is whole from the first pass of a step to its last.
  explicit ShardedBlocks(std::vector<ShardUnit> units);

  void begin_pass();
  void before_forward(size_t block);
  void before_backward(size_t block);
  void after_backward(size_t block);
  /// Backward has ended; of the step's last pass also the parameters of no block are summed.
  void end_pass(bool is_last);
  /// Waits for all sums.
  void take_sums();

  /// The whole model on every rank, where no pass is under way: for scores.
  void gather_all();
  void release_all();

  std::vector<ShardUnit>& units() { return units_; }
  const std::vector<ShardUnit>& units() const { return units_; }

 private:
  size_t blocks() const { return units_.size() - 1; }
  ShardUnit& rest() { return units_.back(); }
  void act(const ShardAction& action);
  void go_on_to(const ShardAction& action);

  std::vector<ShardUnit> units_;
  std::vector<ShardAction> pass_;
  size_t next_ = 0;  // of the actions of this pass
};

}  // namespace enigma::parallel
