#include "worker/muon.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace enigma::worker {
namespace {

constexpr double kA = 3.4445, kB = -4.775, kC = 2.0315;
constexpr int kSteps = 5;
constexpr double kNormMin = 1e-7;

}  // namespace

at::Tensor orthogonalised(const at::Tensor& gradient, at::ScalarType type) {
  at::Tensor x = gradient.to(type);
  const bool tall = x.size(0) > x.size(1);
  if (tall) { x = x.t(); }
  x = x / x.norm().clamp_min(kNormMin);
  for (int step = 0; step < kSteps; ++step) {
    const at::Tensor gram = at::mm(x, x.t());
    const at::Tensor update = at::addmm(gram, gram, gram, kB, kC);
    x = at::addmm(x, update, x, kA);
  }
  return tall ? x.t() : x;
}

void muon_step(const Muon& settings, double learning_rate, const at::Tensor& gradient,
               at::Tensor& buffer, at::Tensor& value) {
  const at::ScalarType own = value.scalar_type();
  buffer.lerp_(gradient, 1 - settings.momentum);
  const at::Tensor update =
      orthogonalised(gradient.lerp(buffer, settings.momentum),
                     settings.type.value_or(own == at::kFloat ? at::kBFloat16 : own));
  const double ratio = static_cast<double>(value.size(0)) / static_cast<double>(value.size(1));
  value.mul_(1 - learning_rate * settings.weight_decay);
  value.add_(update.to(own), -learning_rate * std::sqrt(std::max(1.0, ratio)));
}

}  // namespace enigma::worker
