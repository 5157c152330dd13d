#include "worker/optimizer/muon.h"

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

at::Tensor muon_direction(const Muon& settings, const at::Tensor& gradient, at::Tensor& buffer) {
  buffer.lerp_(gradient, 1 - settings.momentum);
  return gradient.lerp(buffer, settings.momentum);
}

at::Tensor muon_step_of(const Muon& settings, const at::Tensor& direction) {
  const at::ScalarType own = direction.scalar_type();
  return orthogonalised(direction, settings.type.value_or(own == at::kFloat ? at::kBFloat16 : own))
      .to(own);
}

double muon_scale(at::IntArrayRef sizes) {
  const double ratio = static_cast<double>(sizes[0]) / static_cast<double>(sizes[1]);
  return std::sqrt(std::max(1.0, ratio));
}

void muon_move(const Muon& settings, double rate, double decay_rate, const at::Tensor& step,
               const at::Tensor& values) {
  values.mul_(1 - decay_rate * settings.weight_decay);
  values.add_(step, -rate);
}

void muon_step(const Muon& settings, double learning_rate, const at::Tensor& gradient,
               at::Tensor& buffer, at::Tensor& value) {
  const at::Tensor step = muon_step_of(settings, muon_direction(settings, gradient, buffer));
  muon_move(settings, learning_rate * muon_scale(value.sizes()), learning_rate, step, value);
}

}  // namespace enigma::worker
