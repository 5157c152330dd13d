// Named parameters of a model, drawn one by one from (seed, name), in registration order.
#pragma once

#include "model/named_tensor.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace enigma::model {

class ParameterSet {
 public:
  explicit ParameterSet(uint64_t seed) : seed_(seed) {}

  /// Normal with standard deviation `std`, cut at the absolute values ±2 (the published rule).
  at::Tensor normal(const std::string& name, at::IntArrayRef sizes, double std);
  at::Tensor uniform(const std::string& name, at::IntArrayRef sizes, double bound);
  at::Tensor constant(const std::string& name, at::IntArrayRef sizes, double value);

  const std::vector<NamedTensor>& list() const { return list_; }

 private:
  at::Tensor add(const std::string& name, at::Tensor values);

  uint64_t seed_;
  std::vector<NamedTensor> list_;
};

/// y = x·weightᵀ + bias on the last dimension; no bias where it is undefined.
struct Linear {
  at::Tensor weight, bias;

  at::Tensor operator()(const at::Tensor& x) const;
};

/// `{name}.weight` [out, in] from a normal of `std`, `{name}.bias` [out] filled with `bias`.
Linear make_linear(ParameterSet& parameters, const std::string& name, int64_t in, int64_t out,
                   double std, double bias = 0);
/// Without a bias.
Linear make_matrix(ParameterSet& parameters, const std::string& name, int64_t in, int64_t out,
                   double std);

/// width^-½, the published spread of a map with that many inputs.
double spread(int64_t width);

}  // namespace enigma::model
