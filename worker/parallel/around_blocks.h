// What a parallel form does around each block of a pass: it has the block's parameters whole in
// time, and may let them go again.
#pragma once

#include <cstddef>

namespace enigma::parallel {

class AroundBlocks {
 public:
  virtual ~AroundBlocks() = default;
  /// The forward pass comes to a block.
  virtual void before_forward(size_t block) = 0;
  /// Backward comes to it, or computes it again.
  virtual void before_backward(size_t /*block*/) {}
  /// Backward has left it: all its gradients have landed.
  virtual void after_backward(size_t /*block*/) {}
};

}  // namespace enigma::parallel
