// Queries and keys on their way from a projection to attention: split into heads, normalised,
// turned by their time. One operator on a CPU. Shape legend: B windows, S tokens, P parts of a
// projection, H heads, f features of a head.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace enigma::model {

/// The parts of a projection (B, S, P, H, f), each (B, S, H, f): the first `turned` of them
/// normalised head by head (epsilon 1e-5, no gain) and turned by the rows of `rotation` (S, 1,
/// f/2), complex; the others as they are.
std::vector<at::Tensor> rotary_heads(const at::Tensor& projection, const at::Tensor& rotation,
                                     int64_t turned);

}  // namespace enigma::model
