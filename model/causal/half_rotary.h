// Rotary positions of tokens as Llama lays them out: the first half of a head turns against the
// second (model/rotary.h pairs neighbours, at real seconds).
// Shape legend: B sequences, T tokens, H heads, f features of a head.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/TensorOptions.h>

namespace enigma::model {

/// Cosines and sines (T, 1, f) of angle t · base^(-2i/f); each angle stands in both halves.
struct HalfRotary {
  at::Tensor cosine, sine;

  /// x (B, T, H, f) turned by its position.
  at::Tensor operator()(const at::Tensor& x) const;
};
/// `angles`: the type that angles are worked out in.
HalfRotary half_rotary(int64_t tokens, int64_t features, double base, at::TensorOptions tensors,
                       at::ScalarType angles = at::kDouble);

}  // namespace enigma::model
