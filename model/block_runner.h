// Who runs the blocks of a forward pass: a parallel form, which has a block's parameters whole in
// time, or one that computes a block again in backward. A model knows nothing else of it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <functional>
#include <vector>

namespace enigma::model {

/// A block as a function of the tensors that come into it. It may be called again when backward
/// comes to it, so it holds by itself what it needs besides the model.
using Block = std::function<at::Tensor(const std::vector<at::Tensor>& inputs)>;

class BlockRunner {
 public:
  virtual ~BlockRunner() = default;
  /// What the block of this number makes of `inputs`. Numbers grow within a pass; a pass may leave
  /// some out.
  virtual at::Tensor run(size_t number, const std::vector<at::Tensor>& inputs,
                         const Block& block) = 0;
};

/// Without a runner the block is simply called.
inline at::Tensor run_block(BlockRunner* runner, size_t number,
                            const std::vector<at::Tensor>& inputs, const Block& block) {
  return runner == nullptr ? block(inputs) : runner->run(number, inputs, block);
}

}  // namespace enigma::model
