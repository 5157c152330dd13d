#include "worker/parallel/sharded_blocks.h"

#include <algorithm>
#include <utility>

namespace enigma::parallel {
namespace {

/// Whole at once in forward: the block at work and the one ahead.
constexpr size_t kWhole = 2;

}  // namespace

ShardedBlocks::ShardedBlocks(std::vector<ShardUnit> units)
    : units_(std::move(units)), pass_(shard_pass(units_.size() - 1)) {}

void ShardedBlocks::act(const ShardAction& action) {
  ShardUnit& unit = units_[action.block];
  switch (action.kind) {
    case ShardAction::gather:
      if (action.block >= kWhole) { units_[action.block - kWhole].release_values(); }
      return unit.gather();
    case ShardAction::gather_again:
      return unit.gather();
    case ShardAction::sum:
      // Two buffers of gradients: that of the block at work and one whose sum is under way.
      if (action.block + kWhole < blocks()) { units_[action.block + kWhole].take_sum(); }
      unit.start_sum();
      return unit.release_values();
  }
}

// What lies before an action that a lane came to is done first, also for blocks it has left out.
void ShardedBlocks::go_on_to(const ShardAction& action) {
  const auto from = pass_.begin() + static_cast<std::ptrdiff_t>(next_);
  const auto found = std::find(from, pass_.end(), action);
  if (found == pass_.end()) { return; }
  for (auto at = from; at <= found; ++at) { act(*at); }
  next_ = static_cast<size_t>(found - pass_.begin()) + 1;
}

void ShardedBlocks::begin_pass() {
  next_ = 0;
  rest().gather();
  rest().expect_gradients();
  rest().wait_for_values();
}

void ShardedBlocks::before_forward(size_t block) {
  go_on_to({ShardAction::gather, std::min(block + 1, blocks() - 1)});
  units_[block].wait_for_values();
}

void ShardedBlocks::before_backward(size_t block) {
  go_on_to({ShardAction::gather_again, block == 0 ? 0 : block - 1});
  units_[block].wait_for_values();
  units_[block].expect_gradients();
}

void ShardedBlocks::after_backward(size_t block) {
  go_on_to({ShardAction::sum, block});
}

void ShardedBlocks::end_pass(bool is_last) {
  for (; next_ < pass_.size(); ++next_) { act(pass_[next_]); }
  if (!is_last) { return; }
  rest().start_sum();
  rest().release_values();
}

void ShardedBlocks::take_sums() {
  for (ShardUnit& unit : units_) { unit.take_sum(); }
}

void ShardedBlocks::gather_all() {
  for (ShardUnit& unit : units_) { unit.gather(); }
  for (ShardUnit& unit : units_) { unit.wait_for_values(); }
}

void ShardedBlocks::release_all() {
  for (ShardUnit& unit : units_) { unit.release_values(); }
}

}  // namespace enigma::parallel
