#include "sweeps/plan_checks.h"

#include "sweeps/spec_place.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <string>

namespace enigma::sweeps {
namespace {

constexpr double kOffTargetWarning = 0.01;
constexpr double kOffTargetError = 0.05;

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

Diagnostic uneven_windows(const Spec& spec, const PlannedPoint& planned) {
  const Point& point = planned.point();
  Diagnostic uneven = diagnostic_at(
      spec, place_of(spec, planned.sweep_point.values, "train.accumulation"),
      "the windows of a lane cannot be taken in so many equal parts",
      fmt::format("a divisor of train.windows_per_lane, which is {}", point.windows_per_lane),
      std::to_string(point.accumulation));
  uneven.suggestion = std::to_string(std::gcd(point.accumulation, point.windows_per_lane));
  return uneven;
}

}  // namespace

std::vector<Diagnostic> check_steps(const Spec& spec, const PlannedPoint& planned) {
  const Point& point = planned.point();
  const double off = std::abs(planned.flops / point.budget_flops - 1);
  std::vector<Diagnostic> diagnostics;
  if (point.windows_per_lane % point.accumulation != 0) {
    diagnostics.push_back(uneven_windows(spec, planned));
  }
  if (off > kOffTargetWarning) { diagnostics.push_back(off_budget(spec, planned, off)); }
  if (has_errors(diagnostics)) { return diagnostics; }
  if (point.warmup_steps + point.decay_steps > planned.steps) {
    diagnostics.push_back(long_schedule(spec, planned));
  }
  return diagnostics;
}

}  // namespace enigma::sweeps
