// Rotary positions on real seconds.
// Shape legend: B windows, S tokens, H heads, f features of a head.
#pragma once

#include "model/brain/shape/layout.h"

#include <ATen/core/Tensor.h>
#include <c10/core/TensorOptions.h>

#include <vector>

namespace enigma::model {

/// Complex rotations (S, 1, f/2) of tokens at their times. Frequencies are
/// 2π/1 ms · (window/1 ms)^(-2i/f); the angle is a double product rounded once to float32.
at::Tensor rotary_table(const std::vector<TokenGroup>& groups, double window_s, int64_t features,
                        at::TensorOptions tensors = at::kFloat);

/// Turns the interleaved pairs of x (…, S, H, f) by the table's rows.
at::Tensor rotate(const at::Tensor& x, const at::Tensor& table);

}  // namespace enigma::model
