// A tensor with its published name: what optimiser, all-reduce and checkpoint go through.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace enigma::model {

struct NamedTensor {
  std::string name;
  at::Tensor tensor;  ///< leaf that requires a gradient; shares storage with the model
};

}  // namespace enigma::model
