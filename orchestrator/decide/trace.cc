#include "orchestrator/decide/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace enigma::decide {
namespace {

// Of reports that come closer together than this share of a rule's steps, one is kept.
constexpr int64_t kSamplesMax = 1000;

NamedValue named(std::optional<double> value) {
  return value ? NamedValue(*value) : NamedValue();
}

std::optional<double> value_of(const protocol::Metrics& metrics, const char* name) {
  const auto found = metrics.values.find(name);
  return found == metrics.values.end() ? std::nullopt : found->second;
}

/// By how much of `b` it lies above `b`.
std::optional<double> above(std::optional<double> a, std::optional<double> b) {
  if (!a || !b || *b <= 0) { return std::nullopt; }
  return *a / *b - 1;
}

}  // namespace

void LossFrontier::add(double flops, double loss) {
  if (const auto best = at(flops); best && *best <= loss) { return; }
  const auto first = steps_.lower_bound(flops);
  const auto last =
      std::find_if(first, steps_.end(), [&](const auto& step) { return step.second < loss; });
  steps_.erase(first, last);
  steps_[flops] = loss;
}

std::optional<double> LossFrontier::at(double flops) const {
  const auto behind = steps_.upper_bound(flops);
  return behind == steps_.begin() ? std::nullopt : std::optional(std::prev(behind)->second);
}

void Trace::add(const protocol::Metrics& metrics) {
  while (!samples_.empty() && samples_.back().step >= metrics.step) { samples_.pop_back(); }
  if (!first_ || *first_ >= metrics.step) { first_ = metrics.step - 1; }
  const int64_t apart = 2 * over_steps_ / kSamplesMax;
  if (!samples_.empty() && metrics.step - samples_.back().step < apart) { return; }
  samples_.push_back({metrics.step, metrics.flops, value_of(metrics, "train_loss"),
                      value_of(metrics, "mfu_step")});
  while (samples_.front().step <= metrics.step - 2 * over_steps_) { samples_.pop_front(); }
  if (const auto loss = mean_loss(); loss && *loss < lowest_.value_or(*loss + 1)) {
    lowest_ = loss;
  }
}

/// Over reports of steps in (from, to]; nothing where the trace begins behind `from`.
std::optional<double> Trace::mean(Field field, int64_t from, int64_t to) const {
  if (!first_ || *first_ > from) { return std::nullopt; }
  double sum = 0;
  int64_t count = 0;
  for (const Sample& sample : samples_) {
    if (sample.step <= from || sample.step > to || !(sample.*field)) { continue; }
    sum += *(sample.*field);
    ++count;
  }
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

std::optional<double> Trace::mean_loss() const {
  if (samples_.empty()) { return std::nullopt; }
  const int64_t step = samples_.back().step;
  return mean(&Sample::loss, step - over_steps_, step);
}

NamedValues Trace::values(int64_t target_step, const LossFrontier& frontier) const {
  NamedValues values;
  if (samples_.empty()) { return values; }
  const int64_t step = samples_.back().step;
  const auto loss = mean_loss();
  const auto fell = above(mean(&Sample::loss, step - 2 * over_steps_, step - over_steps_), loss);
  values["step"] = static_cast<double>(step);
  values["progress"] = static_cast<double>(step) / static_cast<double>(target_step);
  values["train_loss"] = named(loss);
  values["gain"] = named(fell ? std::optional(*fell / (1 + *fell)) : std::nullopt);
  values["rise"] = named(above(loss, lowest_));
  values["behind"] = named(above(loss, frontier.at(flops())));
  values["mfu_step"] = named(mean(&Sample::mfu, step - over_steps_, step));
  return values;
}

std::optional<std::string> stopped_by(const protocol::StopRule& rule, const Trace& trace,
                                      int64_t target_step, const LossFrontier& frontier) {
  const NamedValues values = trace.values(target_step, frontier);
  if (values.empty() || !evaluate(rule.condition, values).holds) { return std::nullopt; }
  std::string text = "the sweep's stop rule " + rule.condition + " holds:";
  for (const char* name : protocol::kStopNames) {
    const auto* value = std::get_if<double>(&values.at(name));
    if (value == nullptr) { continue; }
    text += fmt::format("{} {} {:.4g}", text.back() == ':' ? "" : ",", name, *value);
  }
  return text;
}

}  // namespace enigma::decide
