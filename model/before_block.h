// Who wants to know that a forward pass comes to a block: a parallel form, which then waits for the
// block's parameters. A model knows nothing else of it.
#pragma once

#include <cstddef>
#include <functional>

namespace enigma::model {

/// Called with the number of a block before its parameters are used, in every forward pass.
using BeforeBlock = std::function<void(size_t block)>;

inline void come_to(const BeforeBlock& before, size_t block) {
  if (before) { before(block); }
}

}  // namespace enigma::model
