#include "worker/optimizer/session_optimizer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <utility>

namespace enigma::worker {

SessionOptimizer::SessionOptimizer(std::vector<model::NamedTensor> parameters, AdamW settings)
    : parameters_(std::move(parameters)), settings_(settings) {
  for (const auto& parameter : parameters_) {
    const at::Tensor& tensor = parameter.tensor;
    moments_.push_back({at::zeros(tensor.sizes(), tensor.options()),
                        at::zeros(tensor.sizes(), tensor.options()),
                        at::zeros({}, tensor.options().dtype(at::kFloat))});
  }
}

std::vector<at::Tensor> SessionOptimizer::gradients() const {
  std::vector<at::Tensor> gradients;
  for (const auto& parameter : parameters_) {
    if (parameter.tensor.grad().defined()) { gradients.push_back(parameter.tensor.grad()); }
  }
  return gradients;
}

double SessionOptimizer::norm() const {
  const at::NoGradGuard guard;
  const std::vector<at::Tensor> there = gradients();
  if (there.empty()) { return 0; }
  return at::linalg_vector_norm(at::stack(at::_foreach_norm(there))).item<double>();
}

void SessionOptimizer::step(double learning_rate, double norm) {
  const at::NoGradGuard guard;
  AdamWStep step;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    at::Tensor& tensor = parameters_[i].tensor;
    if (tensor.grad().defined()) { step.add(tensor, tensor.grad(), moments_[i]); }
  }
  if (!step.steps.empty()) { at::_foreach_add_(step.steps, 1); }
  step.take(settings_, learning_rate, clip_divisor(norm));
  drop_gradients();
}

void SessionOptimizer::drop_gradients() {
  for (auto& parameter : parameters_) { parameter.tensor.mutable_grad().reset(); }
}

std::vector<StatePiece> SessionOptimizer::state() const {
  std::vector<StatePiece> pieces;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const auto& [name, tensor] = parameters_[i];
    pieces.push_back({name, tensor.detach()});
    pieces.push_back({name + ".exp_avg", moments_[i].first});
    pieces.push_back({name + ".exp_avg_sq", moments_[i].second});
    pieces.push_back({name + ".step", moments_[i].steps});
  }
  return pieces;
}

}  // namespace enigma::worker
