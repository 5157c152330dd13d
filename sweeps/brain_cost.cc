#include "sweeps/brain_cost.h"

#include "sweeps/brain_checks.h"
#include "sweeps/cost.h"
#include "sweeps/inputs.h"
#include "sweeps/spec_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace enigma::sweeps {
namespace {

using recordings::SessionInfo;

/// Evaluation sessions train on tier `train` alone, the others on `validation` too (as published).
int64_t training_windows(const Point& point, const SessionInfo& session) {
  const bool evaluated =
      std::any_of(point.evaluation_sessions.begin(), point.evaluation_sessions.end(),
                  [&](const SessionRef& ref) { return ref.name == session.name; });
  return windows_of(session, "train") + (evaluated ? 0 : windows_of(session, "validation"));
}

void count(const Point& point, const model::ModelShape& shape,
           const std::vector<SessionInfo>& sessions, TrainingCost& cost) {
  std::vector<int64_t> neurons;
  std::set<std::string> animals;
  for (const SessionInfo& session : sessions) {
    neurons.push_back(session.neurons);
    // A session whose animal is unknown counts as one of its own.
    animals.insert(session.animal.empty() ? "session " + session.name : session.animal);
    const int64_t windows = training_windows(point, session);
    cost.windows_unique += windows;
    cost.neuron_seconds += static_cast<double>(session.neurons * windows) * point.rule.seconds();
  }
  cost.params = model::count_parameters(shape, neurons, static_cast<int64_t>(animals.size()));
  cost.state_bytes = model::state_bytes(cost.params);
  cost.activation_bytes = model::activation_bytes(
      shape, point.windows_per_lane, *std::max_element(neurons.begin(), neurons.end()));
}

Diagnostic too_many_lanes(const Spec& spec, const SweepPoint& point, size_t sessions) {
  return diagnostic_at(spec, place_of(spec, point.values, "train.lanes"),
                       "more lanes than sessions in '" + point.subset + "'",
                       fmt::format("at most {}", sessions), std::to_string(point.point.lanes));
}

Diagnostic no_strategy(const Spec& spec, const SweepPoint& point, const StrategyChoice& choice) {
  return diagnostic_at(spec, place_of(spec, point.values, "train.strategies"),
                       "no training strategy remains for '" + point.subset + "'",
                       "at least one that every session can carry",
                       choice.dropped.empty() ? "none" : choice.dropped.front().why);
}

}  // namespace

Parsed<TrainingCost> brain_cost(const Spec& spec, const SweepPoint& sweep_point,
                                const std::vector<SessionInfo>& sessions) {
  const Point& point = sweep_point.point;
  if (point.lanes > static_cast<int64_t>(sessions.size())) {
    return {std::nullopt, {too_many_lanes(spec, sweep_point, sessions.size())}};
  }
  const auto inputs = inputs_of(point.rule, sessions);
  Parsed<TrainingCost> result{std::nullopt, inputs.diagnostics};
  if (!inputs.ok()) { return result; }
  const model::ModelShape shape = model::shape_of(point.size, inputs.value->window);
  const StrategyChoice choice = choose_strategies(point.training_strategies, shape, sessions);
  if (choice.kept.empty()) {
    result.diagnostics.push_back(no_strategy(spec, sweep_point, choice));
    return result;
  }
  const WindowCost window = expected_window(shape, sessions, choice.kept, point.lanes);
  TrainingCost cost{.flops_per_window = window.flops, .neurons_per_window = window.neurons};
  for (const DroppedStrategy& dropped : choice.dropped) {
    cost.strategies_dropped.push_back(dropped.name);
  }
  count(point, shape, sessions, cost);
  cost.warnings = check_absences(spec, sweep_point, shape, choice, sessions.front());
  result.value = std::move(cost);
  return result;
}

int64_t windows_of(const SessionInfo& session, const std::string& tier) {
  const auto found = session.tiers.find(tier);
  return found == session.tiers.end() ? 0 : found->second.windows;
}

}  // namespace enigma::sweeps
