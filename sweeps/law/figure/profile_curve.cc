#include "sweeps/law/figure/profile_curve.h"

#include "sweeps/law/minimize/profile.h"

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// In units of the allowed rise: where a side ends, and what a step should bring.
constexpr double kEnd = 3, kLargeStep = 0.2, kSmallStep = 0.06;
constexpr int kStepsMost = 80;
constexpr double kLeastStep = 1e-7;
/// An offset is followed down to this share of the lowest loss, where it cannot be told from 0.
constexpr double kLeastOffsetShare = 1e-3;

/// One parameter on its way out: values move by factors, a shift by steps.
struct Walk {
  const Form& form;
  const Fit& fit;
  const FitOptions& options;
  size_t index;
  double rise;

  bool additive() const { return form.parameters[index].name == "lambda"; }
  double moved(double value, double by) const {
    return additive() ? value + by : value * std::exp(by);
  }
  /// How far a side may go, in logs of the value.
  double farthest(double direction) const {
    double lowest = INFINITY;
    for (const Row& row : fit.rows) { lowest = std::min(lowest, std::abs(row.loss)); }
    const double value = fit.values[static_cast<Eigen::Index>(index)];
    switch (form.parameters[index].kind) {
      case ParameterKind::offset:
        return direction > 0 ? 2 : std::log(std::max(value / (kLeastOffsetShare * lowest), 1.0));
      case ParameterKind::exponent:
        return 3;
      default:
        return additive() ? 6 : 12;
    }
  }
  /// The objective with the parameter held; `values` go in as the start and out as the refit.
  std::optional<double> refit(double value, Vector& values) const {
    std::vector<Hold> holds = options.holds;
    holds.push_back({form.parameters[index].name, value});
    try {
      const Problem problem = make_problem(form, fit.rows, fit.axes, fit.objective, holds);
      const Vector start = with_holds(problem, holds, form.coordinates(values, problem.points));
      const Minimum minimum = minimize(problem, start, {1e-7, 300});
      if (!std::isfinite(minimum.objective)) { return std::nullopt; }
      values = form.values(minimum.coordinates, problem.points);
      return minimum.objective;
    } catch (const InputError&) {
      return std::nullopt;  // outside the parameter's domain: the side ends here
    }
  }
};

void walk_side(const Walk& walk, double direction, ProfileCurve& curve) {
  const double from = walk.fit.values[static_cast<Eigen::Index>(walk.index)];
  Vector values = walk.fit.values;
  double at = 0, step = 0.01, last = curve.minimum;
  for (int k = 0; k < kStepsMost; ++k) {
    const double farthest = walk.farthest(direction);
    const double next = std::min(at + step, farthest);
    if (!(next > at)) { return; }
    Vector refitted = values;
    const double value = walk.moved(from, direction * next);
    const auto objective = walk.refit(value, refitted);
    if (!objective) { return; }
    const double gain = (*objective - last) / walk.rise;
    if (gain > kLargeStep && next - at > kLeastStep) {
      step = (next - at) / 2;
      continue;
    }
    curve.points.emplace_back(value, *objective);
    if (*objective > curve.minimum + kEnd * walk.rise) { return; }
    at = next;
    last = *objective;
    values = refitted;
    if (gain < kSmallStep) { step *= 1.6; }
  }
}

bool is_held(const Fit& fit, size_t index) {
  return fit.parameters[index].verdict == ParameterVerdict::held;
}

}  // namespace

std::vector<ProfileCurve> profile_curves(const Fit& fit, const FitOptions& options) {
  const auto form = form_named(fit.form);
  if (form == nullptr) { return {}; }
  const Problem problem = make_problem(*form, fit.rows, fit.axes, fit.objective, options.holds);
  const double rise = allowed_rise(problem, fit.minimum, fit.level);
  std::vector<ProfileCurve> curves;
  for (size_t j = 0; j < form->parameters.size(); ++j) {
    const double value = fit.values[static_cast<Eigen::Index>(j)];
    if (is_held(fit, j)) { continue; }
    ProfileCurve curve{form->parameters[j].name, fit.minimum.objective, rise, {}};
    if (std::isfinite(value)) {
      const Walk walk{*form, fit, options, j, rise};
      curve.points.emplace_back(value, curve.minimum);
      for (const double direction : {-1.0, 1.0}) { walk_side(walk, direction, curve); }
      std::sort(curve.points.begin(), curve.points.end());
    }
    curves.push_back(std::move(curve));
  }
  return curves;
}

}  // namespace enigma::law
