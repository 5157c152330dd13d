#include "worker/optimizer.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <cmath>
#include <utility>

namespace enigma::worker {
namespace {

constexpr int64_t kAlign = 16;  // elements: every view starts on a cache line

int64_t aligned(int64_t count) {
  return (count + kAlign - 1) / kAlign * kAlign;
}

at::Tensor view_of(const at::Tensor& flat, int64_t offset, const at::Tensor& like) {
  return flat.narrow(0, offset, like.numel()).view(like.sizes());
}

/// Lists for the fused step; moments and gradients in the order of the parameters.
struct Lists {
  std::vector<at::Tensor> values, gradients, first, second, steps;

  void add(const at::Tensor& value, const at::Tensor& gradient, const Moments& moments) {
    values.push_back(value);
    gradients.push_back(gradient);
    first.push_back(moments.first);
    second.push_back(moments.second);
    steps.push_back(moments.steps);
  }
};

// The fused kernel divides every gradient by `divisor`: mean over lanes and clipping in one pass.
void fused_step(const Lists& lists, const AdamW& settings, double learning_rate, double divisor) {
  at::_foreach_add_(lists.steps, 1);
  at::_fused_adamw_(lists.values, lists.gradients, lists.first, lists.second, {}, lists.steps,
                    learning_rate, settings.beta1, settings.beta2, settings.weight_decay,
                    settings.epsilon, false, false,
                    at::scalar_tensor(divisor, lists.steps[0].options()), std::nullopt);
}

double clip_divisor(double norm) {
  return std::max(1.0, (norm + 1e-6) / kClipNorm);
}

}  // namespace

SharedOptimizer::SharedOptimizer(std::vector<model::NamedTensor> parameters, AdamW settings)
    : parameters_(std::move(parameters)), settings_(settings) {
  const at::NoGradGuard guard;
  int64_t count = 0;
  for (const auto& parameter : parameters_) {
    offsets_.push_back(count);
    count += aligned(parameter.tensor.numel());
  }
  const at::TensorOptions options = parameters_.at(0).tensor.options();
  for (at::Tensor* flat : {&values_, &gradients_, &first_, &second_}) {
    *flat = at::zeros({count}, options);
  }
  steps_ = at::zeros({}, options.dtype(at::kFloat));
  for (size_t i = 0; i < parameters_.size(); ++i) {
    at::Tensor& tensor = parameters_[i].tensor;
    const at::Tensor place = view_of(values_, offsets_[i], tensor);
    place.copy_(tensor);
    tensor.set_data(place);
    tensor.mutable_grad() = view_of(gradients_, offsets_[i], tensor);
  }
}

double SharedOptimizer::step(double learning_rate, int64_t lanes) {
  const at::NoGradGuard guard;
  const auto share = static_cast<double>(lanes);
  const double norm = at::linalg_vector_norm(gradients_).item<double>() / share;
  if (!std::isfinite(norm)) { return norm; }
  Lists lists;
  lists.add(values_, gradients_, {first_, second_, steps_});
  fused_step(lists, settings_, learning_rate, share * clip_divisor(norm));
  gradients_.zero_();
  return norm;
}

std::vector<Moments> SharedOptimizer::moments() const {
  std::vector<Moments> all;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    all.push_back({view_of(first_, offsets_[i], parameters_[i].tensor),
                   view_of(second_, offsets_[i], parameters_[i].tensor), steps_});
  }
  return all;
}

SessionOptimizer::SessionOptimizer(std::vector<model::NamedTensor> parameters, AdamW settings)
    : parameters_(std::move(parameters)), settings_(settings) {
  for (const auto& parameter : parameters_) {
    const at::Tensor& tensor = parameter.tensor;
    moments_.push_back({at::zeros(tensor.sizes(), tensor.options()),
                        at::zeros(tensor.sizes(), tensor.options()),
                        at::zeros({}, tensor.options().dtype(at::kFloat))});
  }
}

double SessionOptimizer::step(double learning_rate) {
  const at::NoGradGuard guard;
  Lists lists;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].tensor.grad().defined()) {
      lists.add(parameters_[i].tensor, parameters_[i].tensor.grad(), moments_[i]);
    }
  }
  if (lists.values.empty()) { return 0; }
  const double norm =
      at::linalg_vector_norm(at::stack(at::_foreach_norm(lists.gradients))).item<double>();
  if (!std::isfinite(norm)) { return norm; }
  fused_step(lists, settings_, learning_rate, clip_divisor(norm));
  for (auto& parameter : parameters_) { parameter.tensor.mutable_grad().reset(); }
  return norm;
}

}  // namespace enigma::worker
