#include "worker/optimizer.h"

#include <ATen/ATen.h>
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

/// Offsets of views one after the other from `count` on; gives the end.
template <typename Places>
int64_t place_all(Places& places, int64_t count) {
  for (auto& place : places) {
    place.offset = count;
    count += aligned(place.parameter.tensor.numel());
  }
  return count;
}

void add_moments(OptimizerState& state, const model::NamedTensor& parameter,
                 const Moments& moments) {
  state[parameter.name] = parameter.tensor.detach();
  state[parameter.name + ".exp_avg"] = moments.first;
  state[parameter.name + ".exp_avg_sq"] = moments.second;
  state[parameter.name + ".step"] = moments.steps;
}

double clip_divisor(double norm) {
  return std::max(1.0, (norm + 1e-6) / kClipNorm);
}

}  // namespace

SharedOptimizer::SharedOptimizer(std::vector<model::NamedTensor> parameters, AdamW settings,
                                 const std::set<std::string>& matrices, Muon muon)
    : settings_(settings), muon_(muon) {
  const at::NoGradGuard guard;
  const at::TensorOptions options = parameters.at(0).tensor.options();
  for (model::NamedTensor& parameter : parameters) {
    auto& places = matrices.contains(parameter.name) ? matrices_ : flat_;
    places.push_back({std::move(parameter)});
  }
  int64_t count = place_all(flat_, 0);
  first_ = at::zeros({count}, options);
  second_ = at::zeros({count}, options);
  steps_ = at::zeros({}, options.dtype(at::kFloat));
  count = place_all(matrices_, count);
  values_ = at::zeros({count}, options);
  gradients_ = at::zeros({count}, options);
  for (auto* places : {&flat_, &matrices_}) {
    for (Place& place : *places) {
      at::Tensor& tensor = place.parameter.tensor;
      const at::Tensor view = view_of(values_, place.offset, tensor);
      view.copy_(tensor);
      tensor.set_data(view);
      tensor.mutable_grad() = view_of(gradients_, place.offset, tensor);
    }
  }
  for (const Place& place : matrices_) {
    momentum_.push_back(at::zeros(place.parameter.tensor.sizes(), options));
  }
}

double SharedOptimizer::step(SharedRates rates, int64_t lanes) {
  const at::NoGradGuard guard;
  const auto share = static_cast<double>(lanes);
  const double norm = at::linalg_vector_norm(gradients_).item<double>() / share;
  if (!std::isfinite(norm)) { return norm; }
  const double divisor = share * clip_divisor(norm);
  const int64_t count = first_.numel();
  Lists lists;
  lists.add(values_.narrow(0, 0, count), gradients_.narrow(0, 0, count), {first_, second_, steps_});
  if (count > 0) { fused_step(lists, settings_, rates.adamw, divisor); }
  step_matrices(rates.muon, divisor);
  gradients_.zero_();
  return norm;
}

void SharedOptimizer::step_matrices(double learning_rate, double divisor) {
  for (size_t i = 0; i < matrices_.size(); ++i) {
    at::Tensor value = matrices_[i].parameter.tensor.detach();
    muon_step(muon_, learning_rate, matrices_[i].parameter.tensor.grad() / divisor, momentum_[i],
              value);
  }
}

OptimizerState SharedOptimizer::state() const {
  OptimizerState state;
  for (const Place& place : flat_) {
    add_moments(state, place.parameter,
                {view_of(first_, place.offset, place.parameter.tensor),
                 view_of(second_, place.offset, place.parameter.tensor), steps_});
  }
  for (size_t i = 0; i < matrices_.size(); ++i) {
    const model::NamedTensor& parameter = matrices_[i].parameter;
    state[parameter.name] = parameter.tensor.detach();
    state[parameter.name + ".momentum_buffer"] = momentum_[i];
  }
  return state;
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

OptimizerState SessionOptimizer::state() const {
  OptimizerState state;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    add_moments(state, parameters_[i], moments_[i]);
  }
  return state;
}

}  // namespace enigma::worker
