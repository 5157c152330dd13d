#include "worker/optimizer/adamw.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace enigma::worker {

double clip_divisor(double norm) {
  return std::max(1.0, (norm + 1e-6) / kClipNorm);
}

void AdamWStep::add(const at::Tensor& value, const at::Tensor& gradient, const Moments& moments) {
  values.push_back(value);
  gradients.push_back(gradient);
  first.push_back(moments.first);
  second.push_back(moments.second);
  steps.push_back(moments.steps);
}

void AdamWStep::take(const AdamW& settings, double learning_rate, double divisor,
                     double rate_scale) {
  if (values.empty()) { return; }
  at::_fused_adamw_(values, gradients, first, second, {}, steps, learning_rate * rate_scale,
                    settings.beta1, settings.beta2, settings.weight_decay / rate_scale,
                    settings.epsilon, false, false, at::scalar_tensor(divisor, steps[0].options()),
                    std::nullopt);
}

}  // namespace enigma::worker
