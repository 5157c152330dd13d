// Named parameters of a model, drawn one by one from (seed, name), in registration order.
#pragma once

#include "model/named_tensor.h"

#include <ATen/core/Tensor.h>
#include <c10/core/TensorOptions.h>

#include <cstdint>
#include <string>
#include <vector>

namespace enigma::model {

class ParameterSet {
 public:
  /// `tensors`: device and type that they are made for. Values are drawn the same for all.
  explicit ParameterSet(uint64_t seed, at::TensorOptions tensors = at::kFloat)
      : seed_(seed), tensors_(tensors) {}

  /// Normal with standard deviation `std`, cut at the absolute values ±2 (the published rule).
  at::Tensor normal(const std::string& name, at::IntArrayRef sizes, double std);
  at::Tensor uniform(const std::string& name, at::IntArrayRef sizes, double bound);
  at::Tensor constant(const std::string& name, at::IntArrayRef sizes, double value);

  const std::vector<NamedTensor>& list() const { return list_; }

 private:
  at::Tensor add(const std::string& name, at::Tensor values);

  uint64_t seed_;
  at::TensorOptions tensors_;
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
