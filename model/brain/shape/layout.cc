#include "model/brain/shape/layout.h"

#include "model/brain/shape/geometry.h"

#include <algorithm>

namespace enigma::model {
namespace {

double seconds_of(int64_t tick, const ModelShape& shape) {
  return static_cast<double>(tick) / shape.window.rate_hz;
}

void add_responses(const ResolvedStrategy& strategy, const ModelShape& shape,
                   std::vector<TokenGroup>& groups) {
  for (const Segment& segment : strategy.visible) {
    for (int64_t k = 0; k < tokens_per_neuron(segment, shape); ++k) {
      const int64_t from = segment.from + k * shape.response_stride;
      groups.push_back(
          {from, from + shape.response_kernel, segment.neurons(), seconds_of(from, shape)});
    }
  }
}

void add_queries(const ResolvedStrategy& strategy, const ModelShape& shape,
                 std::vector<TokenGroup>& groups) {
  // A query attends with a kernel's length although it predicts only one slot.
  for (const Segment& segment : strategy.targets) {
    for (int64_t from = segment.from; from < segment.to; from += shape.response_stride) {
      groups.push_back(
          {from, from + shape.response_kernel, segment.neurons(), seconds_of(from, shape)});
    }
  }
}

void add_latents(const ResolvedStrategy& strategy, const ModelShape& shape,
                 std::vector<TokenGroup>& groups) {
  const auto [first, last] = context_windows(strategy, shape);
  // The published table holds window number × window length, both float32.
  const auto length_s = static_cast<float>(seconds_of(shape.latent_window, shape));
  for (int64_t w = first; w < last; ++w) {
    const int64_t from = w * shape.latent_window;
    const float stored_s = static_cast<float>(w) * length_s;
    groups.push_back({from, from + shape.latent_window, shape.latents_per_window,
                      static_cast<double>(stored_s)});
  }
  groups.push_back({0, shape.window.samples, shape.global_latents, 0});
}

void add_video(const ResolvedStrategy& strategy, const ModelShape& shape,
               std::vector<TokenGroup>& groups) {
  const auto [first, last] = visible_steps(shape, strategy.frames_from, strategy.frames_to);
  const int64_t per_step = token_grid(shape).per_step();
  for (int64_t step = first; step < last; ++step) {
    const int64_t from = video_step_from(shape, step);
    groups.push_back({from, video_step_to(shape, step), per_step, seconds_of(from, shape)});
  }
}

}  // namespace

int64_t tokens_per_neuron(const Segment& segment, const ModelShape& shape) {
  return (segment.samples() - shape.response_kernel) / shape.response_stride + 1;
}

WindowRange context_windows(const ResolvedStrategy& strategy, const ModelShape& shape) {
  if (strategy.context_to <= strategy.context_from) { return {}; }
  const int64_t step = shape.latent_window;
  const int64_t all = latent_windows(shape);
  const int64_t from = std::min(all, (strategy.context_from + step - 1) / step);
  const int64_t to = std::min(all, (strategy.context_to + step - 1) / step);
  return {from, std::max(from, to)};
}

TokenLayout layout_of(const ResolvedStrategy& strategy, const ModelShape& shape) {
  TokenLayout layout;
  add_responses(strategy, shape, layout.inputs);
  add_latents(strategy, shape, layout.latents);
  add_video(strategy, shape, layout.video);
  add_queries(strategy, shape, layout.queries);
  const int64_t channels = shape.window.behavior ? shape.window.behavior->channels : 0;
  const TokenGroup behavior{0, shape.window.samples, channels, 0};
  if (strategy.behavior_encoded) { layout.inputs.push_back(behavior); }
  if (strategy.behavior_reconstructed) { layout.queries.push_back(behavior); }
  return layout;
}

int64_t token_count(const std::vector<TokenGroup>& groups) {
  int64_t count = 0;
  for (const TokenGroup& group : groups) { count += group.count; }
  return count;
}

bool overlaps(const TokenGroup& a, const TokenGroup& b) {
  return a.from < b.to && b.from < a.to;
}

double allowed_pairs(const std::vector<TokenGroup>& queries, const std::vector<TokenGroup>& keys) {
  double pairs = 0;
  for (const TokenGroup& query : queries) {
    for (const TokenGroup& key : keys) {
      if (overlaps(query, key)) {
        pairs += static_cast<double>(query.count) * static_cast<double>(key.count);
      }
    }
  }
  return pairs;
}

}  // namespace enigma::model
