// From a strategy's numbers to segments: nulls settled, lengths scaled to the window, counts to
// the population, then the published rules of inputs and targets (model-parameters section 4).
#include "diagnostics/check.h"
#include "model/brain/shape/geometry.h"
#include "model/brain/shape/layout.h"
#include "model/brain/shape/strategy.h"

#include <algorithm>
#include <cmath>

namespace enigma::model {
namespace {

constexpr int64_t kWindow = 60;        // samples of the published window
constexpr int64_t kPopulation = 4096;  // neurons of the published population
constexpr int64_t kTarget = 30;        // where every published target begins
constexpr int64_t kSlot = 5;           // samples of a slot; also the gap behind a visible prefix

// A strategy without nulls; samples as ranges [from, to).
struct Settled {
  int64_t visible = 0, reconstructed = 0;
  int64_t prefix_from = 0, prefix_to = 0, full_to = 0;  // full population in [prefix_from, full_to)
  int64_t context_from = 0, context_to = 0;
  int64_t suffix_from = 0, suffix_to = 0;
  int64_t frames_from = 0, frames_to = 0;

  bool has_prefix() const { return prefix_to > prefix_from; }
  bool has_full() const { return full_to > prefix_from; }
};

Settled settle(const Strategy& s, int64_t samples, int64_t population) {
  Settled out;
  out.visible = s.visible_neurons.value_or(population);
  out.reconstructed = s.reconstructed_neurons_max.value_or(population);
  out.context_from = s.context_start.value_or(0);
  out.context_to = out.context_from + s.context_len.value_or(samples - out.context_from);
  out.prefix_from = s.prefix_start.value_or(out.context_from);
  out.prefix_to = out.prefix_from +
                  s.prefix_len.value_or(s.context_len.value_or(out.context_to - out.prefix_from));
  out.full_to = out.prefix_from + s.full_population_prefix_len.value_or(0);
  out.suffix_from = s.suffix_start.value_or(
      out.visible < population ? out.full_to - out.prefix_from : out.prefix_to - out.prefix_from);
  out.suffix_to = out.suffix_from + s.suffix_len.value_or(samples - out.suffix_from);
  out.frames_from = s.frames_start.value_or(0);
  out.frames_to = out.frames_from + s.frames_len.value_or(samples - out.frames_from);
  return out;
}

int64_t scaled(int64_t length, int64_t to, int64_t from, int64_t step) {
  const double exact = static_cast<double>(length) * static_cast<double>(to) /
                       (static_cast<double>(from) * static_cast<double>(step));
  return step * std::llround(exact);
}

// Places published samples in a window of another length. The target's first sample is the fixed
// point: before it and behind it slots scale apart, so that no visible prefix slides into it.
class TimeScale {
 public:
  explicit TimeScale(int64_t samples)
      : samples_(samples), target_(samples - kSlot * (samples / (2 * kSlot))) {}

  int64_t target() const { return target_; }
  int64_t phase() const { return target_ % kSlot; }  // slots begin at phase + 5k

  int64_t length(int64_t published) const { return scaled(published, samples_, kWindow, kSlot); }

  int64_t position(int64_t published) const {
    if (published >= kWindow) { return samples_; }
    if (published >= kTarget) {
      return target_ + scaled(published - kTarget, samples_ - target_, kTarget, kSlot);
    }
    // A gap before the target survives any shrinking, by at least one slot.
    const int64_t back = std::max(kSlot, length(kTarget - published));
    return std::max(phase(), target_ - back);
  }

 private:
  int64_t samples_, target_;
};

// A segment must hold one kernel: one before the target grows backwards, one inside it forwards.
void give_kernel(int64_t& from, int64_t& to, const TimeScale& scale, int64_t limit) {
  if (to - from < 2 * kSlot && from < scale.target()) {
    from = std::max(scale.phase(), to - 2 * kSlot);
  }
  if (to - from < 2 * kSlot) { to = std::min(limit, from + 2 * kSlot); }
}

void scale_prefix(Settled& s, const TimeScale& scale, int64_t samples) {
  // What stands before the target stays before it and its gap; the rest may use the window.
  const int64_t before = scale.target() - kSlot;
  const int64_t limit = s.prefix_to < kTarget ? before : samples;
  const bool full = s.has_full();
  const int64_t full_to = scale.position(s.full_to);
  s.prefix_from = scale.position(s.prefix_from);
  s.prefix_to = std::min(limit, scale.position(s.prefix_to));
  if (!full) {
    give_kernel(s.prefix_from, s.prefix_to, scale, limit);
    s.full_to = s.prefix_from;
    return;
  }
  s.full_to = std::min(full_to, s.prefix_to);
  give_kernel(s.prefix_from, s.full_to, scale, before);
  if (s.prefix_to > s.full_to) { s.prefix_to = std::max(s.prefix_to, s.full_to + 2 * kSlot); }
}

void scale_context(Settled& s, const TimeScale& scale, int64_t samples) {
  const int64_t to = s.context_to >= kWindow ? samples : scale.length(s.context_to);
  s.context_from = scale.length(s.context_from);
  if (s.has_prefix()) { s.context_from = std::min(s.context_from, s.prefix_from); }
  s.context_to = std::min(samples, std::max(to, s.prefix_to));
}

void scale_time(Settled& s, int64_t samples) {
  if (samples == kWindow) { return; }
  const TimeScale scale(samples);
  if (s.has_prefix()) { scale_prefix(s, scale, samples); }
  if (s.context_to > s.context_from) { scale_context(s, scale, samples); }
  if (s.suffix_to > s.suffix_from) { s.suffix_from = scale.target(), s.suffix_to = samples; }
  if (s.frames_to > s.frames_from) {
    s.frames_from = scale.length(s.frames_from);
    s.frames_to = s.frames_to >= kWindow ? samples : scale.length(s.frames_to);
  }
}

void scale_population(Settled& s, int64_t neurons) {
  if (neurons < kPopulation) {
    const auto count = [&](int64_t published) {
      return scaled(std::min(published, kPopulation), neurons, kPopulation, 1);
    };
    // Both ends of the shuffled list round alike: 1,024 visible and 3,072 hidden stay disjoint.
    const int64_t kept = count(kPopulation - std::min(s.reconstructed, kPopulation));
    if (s.visible > 0) { s.visible = std::max<int64_t>(1, count(s.visible)); }
    if (s.reconstructed > 0) { s.reconstructed = std::max<int64_t>(1, neurons - kept); }
  }
  s.visible = std::min(s.visible, neurons);
  s.reconstructed = std::min(s.reconstructed, neurons);
}

void add_segment(std::vector<Segment>& segments, Segment segment) {
  if (segment.samples() > 0 && segment.neurons() > 0) { segments.push_back(segment); }
}

std::vector<Segment> visible_segments(const Settled& s, int64_t neurons) {
  std::vector<Segment> segments;
  if (s.has_full() && s.visible > 0 && s.visible < neurons) {
    add_segment(segments, {s.prefix_from, s.full_to, 0, neurons});
  }
  if (s.has_prefix() && s.visible > 0 && s.full_to < s.prefix_to) {
    add_segment(segments, {s.full_to, s.prefix_to, 0, s.visible});
  }
  return segments;
}

std::vector<Segment> target_segments(const Settled& s, int64_t samples, int64_t neurons) {
  std::vector<Segment> segments;
  if (s.suffix_to <= s.suffix_from || s.reconstructed == 0) { return segments; }
  const int64_t hidden_from = neurons - s.reconstructed;
  const int64_t full_end = s.has_full() ? std::min(s.full_to + kSlot, samples) : 0;
  const int64_t prefix_end = s.has_prefix() ? std::min(s.prefix_to + kSlot, samples) : 0;
  const int64_t from = std::max(s.suffix_from, full_end);
  if (hidden_from >= s.visible || s.suffix_from >= prefix_end) {
    add_segment(segments, {from, s.suffix_to, hidden_from, neurons});
    return segments;
  }
  add_segment(segments, {from, std::min(prefix_end, s.suffix_to), s.visible, neurons});
  add_segment(segments, {prefix_end, s.suffix_to, hidden_from, neurons});
  return segments;
}

std::string segment_problem(const std::vector<Segment>& visible, const ModelShape& shape) {
  for (const Segment& segment : visible) {
    if (segment.samples() < shape.response_kernel ||
        (segment.samples() - shape.response_kernel) % shape.response_stride != 0) {
      return "a window of " + std::to_string(shape.window.samples) +
             " samples leaves no room for a visible stretch of " +
             std::to_string(shape.response_kernel);
    }
  }
  return {};
}

bool inside(const std::vector<Segment>& segments, int64_t samples) {
  return std::all_of(segments.begin(), segments.end(),
                     [&](const Segment& s) { return s.from >= 0 && s.to <= samples; });
}

// Why the strategy cannot be used, or nothing. Behaviour that the data lack is only left out (the
// model has a row for it); video that they lack drops the strategy, whose twin without video stands
// in the published list.
std::string drop_reason(const Strategy& strategy, const ResolvedStrategy& resolved,
                        const ModelShape& shape) {
  const bool wants_video = strategy.frames_len.value_or(1) > 0;
  if (wants_video && !shape.window.video) { return "the data have no video"; }
  const std::string problem = segment_problem(resolved.visible, shape);
  if (!problem.empty()) { return problem; }
  if (!inside(resolved.visible, shape.window.samples)) {
    return "the visible range leaves the window";
  }
  const auto [first, last] = visible_steps(shape, resolved.frames_from, resolved.frames_to);
  if (wants_video && first == last) { return "the window is too short for its visible frames"; }
  if (strategy.prefix_len.value_or(1) > 0 && resolved.visible.empty()) {
    return "the window is too short for its visible responses";
  }
  const bool lacks_behavior = !shape.window.behavior;
  if (resolved.visible.empty() && !resolved.behavior_encoded && !wants_video) {
    return lacks_behavior ? "the data have no behaviour" : "nothing is visible";
  }
  if (resolved.targets.empty() && !resolved.behavior_reconstructed) {
    return lacks_behavior && strategy.behavior_reconstructed && strategy.suffix_len == 0
               ? "the data have no behaviour"
               : "nothing is left to reconstruct";
  }
  return {};
}

Resolution resolution_of(const Strategy& strategy, const Settled& s, const ModelShape& shape,
                         int64_t neurons) {
  const int64_t samples = shape.window.samples;
  ResolvedStrategy out{.name = strategy.name, .weight = strategy.weight};
  out.visible = visible_segments(s, neurons);
  out.targets = target_segments(s, samples, neurons);
  out.frames_from = s.frames_from, out.frames_to = s.frames_to;
  out.behavior_encoded = strategy.behavior_encoded && shape.window.behavior;
  out.behavior_reconstructed = strategy.behavior_reconstructed && shape.window.behavior;
  out.context_from = s.context_from, out.context_to = s.context_to;
  std::string why = drop_reason(strategy, out, shape);
  if (!why.empty()) { return {std::nullopt, std::move(why)}; }
  return {std::move(out), {}};
}

}  // namespace

Absences absences_of(const ResolvedStrategy& strategy) {
  return {.responses = strategy.visible.empty(),
          .video = strategy.frames_from >= strategy.frames_to,
          .behavior = !strategy.behavior_encoded};
}

Resolution resolve(const Strategy& strategy, const ModelShape& shape, int64_t neurons) {
  ENIGMA_CHECK(neurons > 0, "a population has neurons");
  if (shape.window.samples < 2 * kSlot) {
    return {std::nullopt, "a window of fewer than 10 samples has no target"};
  }
  Settled settled = settle(strategy, kWindow, std::max(neurons, kPopulation));
  scale_time(settled, shape.window.samples);
  scale_population(settled, neurons);
  return resolution_of(strategy, settled, shape, neurons);
}

Resolution resolve_as_written(const Strategy& strategy, const ModelShape& shape, int64_t neurons) {
  Settled settled = settle(strategy, shape.window.samples, neurons);
  settled.visible = std::min(settled.visible, neurons);
  settled.reconstructed = std::min(settled.reconstructed, neurons);
  return resolution_of(strategy, settled, shape, neurons);
}

}  // namespace enigma::model
