#include "sweeps/plan_checks.h"

#include "sweeps/spec_place.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <set>
#include <utility>

namespace enigma::sweeps {
namespace {

using recordings::SessionInfo;

constexpr double kOffTargetWarning = 0.01;
constexpr double kOffTargetError = 0.05;

void need_windows(const SessionInfo& session, const char* tier, const char* purpose,
                  std::vector<Diagnostic>& diagnostics) {
  if (windows_of(session, tier) > 0) { return; }
  diagnostics.push_back({.file = session.path.string(),
                         .message = fmt::format("the session cannot be {}", purpose),
                         .expected = fmt::format("at least one window of tier '{}'", tier),
                         .found = "none",
                         .suggestion = "shorter windows, another alignment, or other sessions"});
}

Diagnostic off_budget(const Spec& spec, const PlannedPoint& planned, double off) {
  const double budget = planned.point().budget_flops;
  return diagnostic_at(
      spec, place_of(spec, planned.sweep_point.values, "budget.flops"),
      fmt::format("whole steps miss the budget of '{}' by {:.1f} %", planned.sweep_point.name,
                  100 * off),
      fmt::format("a budget of many steps of {:.3g} FLOPs", planned.flops_per_step),
      fmt::format("{:g}, which is {:.2f} steps", budget, budget / planned.flops_per_step),
      off > kOffTargetError ? Severity::error : Severity::warning);
}

Diagnostic long_schedule(const Spec& spec, const PlannedPoint& planned) {
  const Point& point = planned.point();
  return diagnostic_at(
      spec, place_of(spec, planned.sweep_point.values, "schedule.warmup_steps"),
      "warm-up and decay of '" + planned.sweep_point.name + "' are longer than the run",
      fmt::format("at most {} steps together", planned.steps),
      fmt::format("{} + {}", point.warmup_steps, point.decay_steps));
}

}  // namespace

std::vector<Diagnostic> check_windows(const Spec& spec, const SessionSets& sets,
                                      const recordings::Manifest& manifest) {
  std::vector<Diagnostic> diagnostics;
  std::set<size_t> training;
  for (const std::string& name : training_sets(spec)) {
    training.insert(sets.at(name).begin(), sets.at(name).end());
  }
  for (const size_t i : training) {
    need_windows(manifest.sessions[i], "train", "trained on", diagnostics);
  }
  for (const size_t i : sets.at(spec.evaluation_sessions)) {
    need_windows(manifest.sessions[i], "test", "evaluated", diagnostics);
  }
  return diagnostics;
}

std::vector<Diagnostic> check_evaluation(const Spec& spec, const Point& point,
                                         const std::vector<SessionInfo>& sessions) {
  const auto inputs = inputs_of(point.rule, sessions);
  std::vector<Diagnostic> diagnostics = inputs.diagnostics;
  if (!inputs.ok()) { return diagnostics; }
  const StrategyChoice choice = choose_strategies(
      point.evaluation_strategies, model::shape_of(point.size, inputs.value->window), sessions);
  for (const DroppedStrategy& dropped : choice.dropped) {
    diagnostics.push_back(
        diagnostic_at(spec, "/evaluation/strategies",
                      "the evaluation strategy '" + dropped.name + "' is left out",
                      "recordings that can carry it", dropped.why, Severity::warning));
  }
  if (choice.kept.empty()) {
    diagnostics.push_back(
        diagnostic_at(spec, "/evaluation/strategies", "no evaluation strategy remains",
                      "at least one that every evaluation session can carry", "none"));
  }
  return diagnostics;
}

std::map<std::string, Diagnostic> check_absences(const Spec& spec, const SweepPoint& point,
                                                 const TrainingCost& cost,
                                                 const SessionInfo& session) {
  const auto evaluated =
      choose_strategies(point.point.evaluation_strategies, cost.shape, {session}).kept;
  std::map<std::string, Diagnostic> warnings;
  for (const auto& [modality, names] :
       untrained_absences(evaluated, cost.strategies.kept, cost.shape, session)) {
    Diagnostic warning = diagnostic_at(
        spec, place_of(spec, point.values, "train.strategies"),
        fmt::format("scores of {} depend on chance: they hide {}, and training never does",
                    fmt::join(names, ", "), modality),
        "a training strategy that hides " + modality, "none", Severity::warning);
    warning.suggestion = "add 'video' (hides responses; behavior in half of its steps)";
    warnings.emplace(modality, std::move(warning));
  }
  return warnings;
}

std::vector<Diagnostic> check_steps(const Spec& spec, const PlannedPoint& planned) {
  const Point& point = planned.point();
  const double off = std::abs(planned.flops / point.budget_flops - 1);
  std::vector<Diagnostic> diagnostics;
  if (off > kOffTargetWarning) { diagnostics.push_back(off_budget(spec, planned, off)); }
  if (has_errors(diagnostics)) { return diagnostics; }
  if (point.warmup_steps + point.decay_steps > planned.steps) {
    diagnostics.push_back(long_schedule(spec, planned));
  }
  return diagnostics;
}

}  // namespace enigma::sweeps
