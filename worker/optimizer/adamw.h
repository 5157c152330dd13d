// AdamW (Loshchilov & Hutter 2019) with the published settings of both classes of parameters
// (model-parameters section 5), by LibTorch's fused kernel.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace enigma::worker {

struct AdamW {
  double beta1 = 0.9, beta2 = 0.98, epsilon = 1e-6;
  double weight_decay = 0;
};
/// The published weight decay of the two classes beside a point's own settings.
constexpr AdamW shared_adamw(AdamW settings = {}) {
  settings.weight_decay = 0.1;
  return settings;
}
constexpr AdamW session_adamw(AdamW settings = {}) {
  settings.weight_decay = 1e-3;
  return settings;
}
inline constexpr double kClipNorm = 1.0;

/// What a gradient of this norm is divided by, so that its norm is at most kClipNorm.
double clip_divisor(double norm);

/// What AdamW remembers of a tensor.
struct Moments {
  at::Tensor first, second;  ///< like the parameter
  at::Tensor steps;          ///< float32 scalar: steps taken, for bias correction
};

/// Tensors of one step, in one order.
struct AdamWStep {
  std::vector<at::Tensor> values, gradients, first, second, steps;

  void add(const at::Tensor& value, const at::Tensor& gradient, const Moments& moments);

  /// Steps all with gradients divided by `divisor`: mean over lanes and clipping in one pass. The
  /// steps count this one already. `rate_scale` multiplies the learning rate and leaves the decay
  /// of a step as it is.
  void take(const AdamW& settings, double learning_rate, double divisor, double rate_scale = 1);
};

}  // namespace enigma::worker
