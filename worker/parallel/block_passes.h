// The passes of a model through its blocks: a parallel form is told where they are, and a block may
// be computed again in backward instead of its activations being kept.
#pragma once

#include "model/block_runner.h"
#include "worker/parallel/around_blocks.h"

namespace enigma::parallel {

/// Whether the activations of a block are kept for its backward, or only what comes into it.
enum class Activations { kept, recomputed };

class BlockPasses final : public model::BlockRunner {
 public:
  /// `form` must outlive every graph that is made here. Of `blocks`, the last is never computed
  /// again: its backward follows at once.
  BlockPasses(AroundBlocks& form, size_t blocks, Activations activations)
      : form_(form), blocks_(blocks), activations_(activations) {}

  at::Tensor run(size_t number, const std::vector<at::Tensor>& inputs,
                 const model::Block& block) override;

 private:
  AroundBlocks& form_;
  size_t blocks_;
  Activations activations_;
};

}  // namespace enigma::parallel
