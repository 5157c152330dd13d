// A linear map of the last dimension, as one operator.
#pragma once

#include <ATen/core/Tensor.h>

namespace enigma::model {

/// x·weightᵀ + bias for x (…, in), weight (out, in) and bias (out); no bias where it is undefined.
/// What at::linear gives, with one node of a graph where that has four.
at::Tensor linear_map(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});

}  // namespace enigma::model
