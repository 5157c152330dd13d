#include "model/causal/half_rotary.h"

#include <ATen/ATen.h>

namespace enigma::model {

HalfRotary half_rotary(int64_t tokens, int64_t features, double base, at::TensorOptions tensors,
                       at::ScalarType type) {
  const at::Tensor exponents = at::arange(0, features, 2, at::kLong).to(type) / features;  // (f/2)
  const at::Tensor frequencies = at::pow(base, exponents).reciprocal();
  const at::Tensor angles = at::outer(at::arange(tokens, at::kLong).to(type), frequencies);
  const at::Tensor both = at::cat({angles, angles}, 1).unsqueeze(1);  // (T, 1, f)
  return {both.cos().to(tensors), both.sin().to(tensors)};
}

at::Tensor HalfRotary::operator()(const at::Tensor& x) const {
  const int64_t tokens = x.size(1);
  const auto halves = x.chunk(2, -1);  // (B, T, H, f/2) each
  const at::Tensor turned = at::cat({-halves[1], halves[0]}, -1);
  return x * cosine.narrow(0, 0, tokens).to(x.dtype()) +
         turned * sine.narrow(0, 0, tokens).to(x.dtype());
}

}  // namespace enigma::model
