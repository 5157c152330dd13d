// Parameters as views of a flat buffer.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace enigma::parallel {

/// As many elements as `like` has, from `offset` on, in its shape.
inline at::Tensor view_of(const at::Tensor& flat, int64_t offset, const at::Tensor& like) {
  return flat.narrow(0, offset, like.numel()).view(like.sizes());
}

}  // namespace enigma::parallel
