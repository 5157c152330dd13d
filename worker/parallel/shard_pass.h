// The order in which the ranks of a sharded model bring blocks together and sum their gradients in
// a pass: one order for all of them, whatever blocks a rank's lane leaves out. Pure.
#pragma once

#include <cstddef>
#include <vector>

namespace enigma::parallel {

/// What is done to a block.
struct ShardAction {
  enum Kind {
    gather,        ///< its values are brought together for forward
    gather_again,  ///< … for backward
    sum,           ///< its gradients are summed; its values are let go
  };
  Kind kind = gather;
  size_t block = 0;
  bool operator==(const ShardAction&) const = default;
};

/// Of a pass through `blocks`: forward gathers one block ahead, backward likewise, from the end.
std::vector<ShardAction> shard_pass(size_t blocks);

}  // namespace enigma::parallel
