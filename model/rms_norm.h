// The norm before every block, as one operator on a CPU.
#pragma once

#include <ATen/core/Tensor.h>

namespace enigma::model {

/// x / √(mean(x²) + epsilon) over the last dimension, times `gain` where it is defined.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& gain = {}, double epsilon = 1e-5);

}  // namespace enigma::model
