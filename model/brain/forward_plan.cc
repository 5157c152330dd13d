#include "model/brain/forward_plan.h"

#include "model/rotary.h"

#include <ATen/ATen.h>

namespace enigma::model {
namespace {

constexpr int64_t kKeptElements = int64_t{1} << 25;  // of all plans: 256 MiB of rotations

at::Tensor latent_rows(const TokenLayout& layout, const ModelShape& shape) {
  std::vector<at::Tensor> rows;
  for (size_t i = 0; i + 1 < layout.latents.size(); ++i) {
    rows.push_back(at::arange(shape.latents_per_window, at::kLong));
  }
  rows.push_back(at::arange(shape.latents_per_window,
                            shape.latents_per_window + shape.global_latents, at::kLong));
  return at::cat(rows);  // (L)
}

// Element ((slot·m + neuron)·stride + k) of a target is sample from + slot·stride + k.
at::Tensor positions(const ResolvedStrategy& strategy, const ModelShape& shape) {
  std::vector<at::Tensor> parts;
  for (const Segment& target : strategy.targets) {
    const at::Tensor slots = at::arange(target.from, target.to, at::kLong)
                                 .unflatten(0, {-1, 1, shape.response_stride});  // (slots, 1, 5)
    parts.push_back(slots.expand({-1, target.neurons(), -1}).flatten());
  }
  return at::cat(parts);  // (K)
}

std::string key_of(const ResolvedStrategy& strategy) {
  std::string key;
  const auto add = [&](int64_t number) { key += std::to_string(number) + ' '; };
  for (const auto* segments : {&strategy.visible, &strategy.targets}) {
    key += '|';
    for (const Segment& s : *segments) {
      add(s.from), add(s.to), add(s.neurons_from), add(s.neurons_to);
    }
  }
  add(strategy.frames_from), add(strategy.frames_to);
  add(strategy.context_from), add(strategy.context_to);
  add(strategy.behavior_encoded), add(strategy.behavior_reconstructed);
  return key;
}

int64_t elements_of(const ForwardPlan& plan) {
  int64_t count = 0;
  for (const at::Tensor* tensor : {&plan.latent_rows, &plan.input_rotation, &plan.latent_rotation,
                                   &plan.hidden_rotation, &plan.query_rotation, &plan.positions}) {
    if (tensor->defined()) { count += tensor->numel(); }
  }
  return count;
}

}  // namespace

ForwardPlan plan_of(const ResolvedStrategy& strategy, const ModelShape& shape,
                    at::TensorOptions tensors) {
  ForwardPlan plan{.layout = layout_of(strategy, shape)};
  const TokenLayout& layout = plan.layout;
  std::vector<TokenGroup> hidden = layout.latents;
  hidden.insert(hidden.end(), layout.video.begin(), layout.video.end());
  plan.video_steps = visible_steps(shape, strategy.frames_from, strategy.frames_to);
  plan.latent_rows = latent_rows(layout, shape).to(tensors.device());
  if (!strategy.targets.empty()) {
    plan.positions = positions(strategy, shape).to(tensors.device());
  }
  const double window_s = static_cast<double>(shape.window.samples) / shape.window.rate_hz;
  const auto rotation = [&](const std::vector<TokenGroup>& groups) {
    return rotary_table(groups, window_s, shape.size.width / shape.size.heads, tensors);
  };
  plan.latent_rotation = rotation(layout.latents);
  plan.hidden_rotation = rotation(hidden);
  plan.query_rotation = rotation(layout.queries);
  const int64_t width = shape.size.width;
  plan.tower = attention_plan(hidden, hidden, width);
  plan.decoder = attention_plan(layout.queries, hidden, width);
  if (layout.inputs.empty()) { return plan; }
  plan.input_rotation = rotation(layout.inputs);
  plan.encoder = attention_plan(layout.latents, layout.inputs, width);
  return plan;
}

std::shared_ptr<const ForwardPlan> PlanCache::get(const ResolvedStrategy& strategy) {
  const std::string key = key_of(strategy);
  if (const auto found = plans_.find(key); found != plans_.end()) { return found->second; }
  const auto plan = std::make_shared<const ForwardPlan>(plan_of(strategy, shape_, tensors_));
  const int64_t elements = elements_of(*plan);
  if (elements_ + elements > kKeptElements) { plans_.clear(), elements_ = 0; }
  plans_.emplace(key, plan);
  elements_ += elements;
  return plan;
}

}  // namespace enigma::model
