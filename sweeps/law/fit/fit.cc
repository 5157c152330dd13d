#include "sweeps/law/fit/fit.h"

#include "diagnostics/nearest.h"
#include "sweeps/law/fit/verdict.h"
#include "sweeps/law/minimize/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// Under this share of converged refits the intervals are the profile's (contract).
constexpr double kConvergedShare = 0.95;
/// An offset below this share of the lowest loss is told as 0: the minimum lies at the edge.
constexpr double kOffsetShare = 1e-4;

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::vector<double> column(const Refits& refits, size_t index) {
  std::vector<double> values;
  for (const Vector& refit : refits.values) {
    values.push_back(refit[static_cast<Eigen::Index>(index)]);
  }
  return values;
}

std::optional<double> deviation(const std::vector<double>& values) {
  if (values.size() < 2) { return std::nullopt; }
  double mean = 0, squares = 0;
  for (const double value : values) { mean += value / static_cast<double>(values.size()); }
  for (const double value : values) { squares += (value - mean) * (value - mean); }
  return finite(std::sqrt(squares / static_cast<double>(values.size() - 1)));
}

ParameterVerdict verdict_of(const ProfileInterval& profile) {
  if (profile.low && profile.high) { return ParameterVerdict::identified; }
  if (profile.low) { return ParameterVerdict::bounded_below; }
  if (profile.high) { return ParameterVerdict::bounded_above; }
  return ParameterVerdict::unidentified;
}

ParameterFit parameter_fit(const Fit& fit, const Problem& problem, size_t index,
                           const ProfileInterval& profile) {
  const Parameter& parameter = problem.form->parameters[index];
  const double value = fit.values[static_cast<Eigen::Index>(index)];
  ParameterFit result{.name = parameter.name, .value = finite(value)};
  if (problem.held[index]) {
    result.verdict = ParameterVerdict::held;
    result.low = result.high = result.value;
    return result;
  }
  result.verdict = verdict_of(profile);
  result.low = profile.low ? finite(*profile.low) : std::nullopt;
  result.high = profile.high ? finite(*profile.high) : std::nullopt;
  const auto j = static_cast<Eigen::Index>(index);
  result.se_hessian = finite(std::sqrt(fit.covariance.hessian(j, j)));
  result.se_sandwich = finite(std::sqrt(fit.covariance.sandwich(j, j)));
  const std::vector<double> refits = column(fit.refits, index);
  switch (result.verdict) {
    case ParameterVerdict::identified:
      if (!refits_carry(fit)) { break; }
      result.low = finite(*quantile(refits, fit.tail));
      result.high = finite(*quantile(refits, 1 - fit.tail));
      result.se = deviation(refits);
      break;
    case ParameterVerdict::unidentified:
      // Where nothing holds the estimate on either side its value is an accident of the start.
      result.value = result.low = result.high = std::nullopt;
      result.se_hessian = result.se_sandwich = std::nullopt;
      break;
    case ParameterVerdict::bounded_above:
      if (parameter.kind == ParameterKind::offset &&
          value < kOffsetShare * problem.points.loss.abs().minCoeff()) {
        result.value = 0;
      }
      break;
    default:
      break;
  }
  return result;
}

/// Profiles of all free parameters. A refit on the way that beats the estimate replaces it, and
/// the profiles are taken again from there.
std::vector<ProfileInterval> profiles(const Problem& problem, const FitOptions& options,
                                      Estimate& fitted) {
  std::vector<ProfileInterval> intervals;
  for (int round = 0; round < 4; ++round) {
    intervals.assign(problem.held.size(), {});
    const double rise = allowed_rise(problem, fitted.minimum, options.level);
    std::optional<Minimum> better;
    for (size_t j = 0; j < problem.held.size(); ++j) {
      if (problem.held[j]) { continue; }
      intervals[j] = profile(problem, options.holds, fitted.minimum, j, rise);
      if (!intervals[j].better) { continue; }
      const Minimum polished = minimize(problem, intervals[j].better->coordinates, {1e-11, 2000});
      if (polished.objective < fitted.minimum.objective - 1e-9 * fitted.minimum.size) {
        better = polished;
      }
      if (better) { break; }
    }
    if (!better) { break; }
    fitted.minimum = *better;
    fitted.certificate.gradient_relative = better->relative_gradient;
    fitted.certificate.agreeing = 0;
  }
  return intervals;
}

/// Exponents of the optimum need those of the form and nothing else.
bool exponents_known(const Fit& fit, const Form& form) {
  for (size_t j = 0; j < form.parameters.size(); ++j) {
    const ParameterVerdict verdict = fit.parameters[j].verdict;
    if (form.parameters[j].kind != ParameterKind::exponent) { continue; }
    if (verdict != ParameterVerdict::identified && verdict != ParameterVerdict::held) {
      return false;
    }
  }
  return true;
}

void add_exponents(const Cost& cost, Fit& fit, Interval& a, Interval& b) {
  std::vector<double> all_a, all_b;
  for (const Vector& refit : fit.refits.values) {
    const Exponents exponents = exponents_of(*trade_off(fit.form, refit), cost);
    all_a.push_back(exponents.a);
    all_b.push_back(exponents.b);
  }
  const Exponents exponents = exponents_of(*trade_off(fit.form, fit.values), cost);
  a = interval_over(fit, exponents.a, all_a);
  b = interval_over(fit, exponents.b, all_b);
}

void add_optimum(Fit& fit) {
  if (!has_optimum(fit)) { return; }
  double lowest = INFINITY, highest = 0;
  for (const Row& row : fit.rows) {
    lowest = std::min(lowest, compute_of(row, fit.axes));
    highest = std::max(highest, compute_of(row, fit.axes));
  }
  const int from = static_cast<int>(std::ceil(std::log10(lowest)));
  const int to = static_cast<int>(std::floor(std::log10(highest))) + 2;
  for (int power = from; power <= to; ++power) {
    fit.optimum.push_back(optimum_at(fit, std::pow(10.0, power)));
  }
}

/// What a form that trades size for data answers beside its parameters.
void add_trade_off(const Form& form, const FitOptions& options, Fit& fit) {
  fit.exponents = exponents_of(*trade_off(fit.form, fit.values), fit.cost);
  fit.size_doubling = size_doubling(fit.rows, fit.objective, fit.level, options.threads);
  if (!exponents_known(fit, form)) { return; }
  add_exponents(fit.cost, fit, fit.a, fit.b);
  add_exponents(Cost{}, fit, fit.a_6nd, fit.b_6nd);
}

Fit described(const Form& form, const MappedTable& mapped, const FitOptions& options,
              const Cost& cost) {
  Fit fit;
  fit.form = form.name;
  fit.formula = form.formula;
  fit.axes = axes_for(form, mapped.table);
  if (form.axes.empty()) { std::replace(fit.formula.begin(), fit.formula.end(), 'x', fit.axes[0]); }
  fit.axis_names = mapped.table.axis_names;
  fit.d_from_c = mapped.table.d_from_c;
  fit.objective = options.objective;
  fit.tolerance = Effort{}.tolerance;
  fit.rows = in_canonical_order(mapped.table.rows);
  fit.excluded = mapped.excluded;
  fit.bootstrap = options.bootstrap;
  fit.level = options.level;
  fit.material = options.material;
  fit.cost = cost;
  return fit;
}

}  // namespace

std::string name_of(ParameterVerdict verdict) {
  switch (verdict) {
    case ParameterVerdict::identified:
      return "identified";
    case ParameterVerdict::bounded_below:
      return "bounded_below";
    case ParameterVerdict::bounded_above:
      return "bounded_above";
    case ParameterVerdict::unidentified:
      return "unidentified";
    case ParameterVerdict::held:
      return "held";
  }
  return "";
}

std::string name_of(VerdictCode code) {
  switch (code) {
    case VerdictCode::ok:
      return "ok";
    case VerdictCode::data_limited:
      return "data_limited";
    case VerdictCode::undetermined:
      return "undetermined";
  }
  return "";
}

int rows_needed(int free_parameters) {
  return std::max(free_parameters + 1, 3);
}

std::vector<char> axes_for(const Form& form, const Table& table) {
  std::vector<char> axes = form.axes;
  if (axes.empty()) {
    for (const char axis : {'N', 'D', 'C', 'U'}) {
      if (table.has(axis) && !(axis == 'D' && table.d_from_c)) { axes.push_back(axis); }
    }
    if (axes.size() == 1) { return axes; }
    throw InputError({{.message = "the form " + form.name + " takes exactly one axis",
                       .expected = "one of N, D, C, U in --map",
                       .found = fmt::format("{} of them", axes.size())}});
  }
  std::vector<Diagnostic> missing;
  for (const char axis : axes) {
    if (table.has(axis)) { continue; }
    missing.push_back({.message = "the form " + form.name + " needs the axis " + axis,
                       .expected = fmt::format("{}=COL in --map", axis),
                       .suggestion = axis == 'D' ? "map D, or N and C (then D = C/(6N))" : ""});
  }
  if (!missing.empty()) { throw InputError(missing); }
  return axes;
}

Fit fit_table(const MappedTable& mapped, const FitOptions& options, const Cost& cost) {
  const auto form = form_named(options.form);
  if (!form) {
    throw InputError({{.message = "unknown form, or one that is not built yet",
                       .expected = "a form",
                       .found = options.form,
                       .suggestion = suggest_name(options.form, form_names())}});
  }
  Fit fit = described(*form, mapped, options, cost);
  const Problem problem = make_problem(*form, fit.rows, fit.axes, options.objective, options.holds);
  const int free = free_parameters(problem);
  refuse_rows(fit.rows, rows_needed(free), fmt::format("{} free parameters need", free),
              options.objective.space);
  Estimate fitted = estimate(problem, options.holds, options.starts, options.threads);
  const std::vector<ProfileInterval> intervals = profiles(problem, options, fitted);
  fit.minimum = fitted.minimum;
  fit.certificate = fitted.certificate;
  fit.values = form->values(fit.minimum.coordinates, problem.points);
  for (const Hold& hold : options.holds) {
    for (size_t j = 0; j < form->parameters.size(); ++j) {
      if (form->parameters[j].name == hold.parameter) {
        fit.values[static_cast<Eigen::Index>(j)] = hold.value;
      }
    }
  }
  fit.objective_value = reported_objective(problem, fit.minimum.coordinates);
  fit.clusters = problem.points.clusters;
  fit.refits = bootstrap(problem, options.holds, fit.minimum, fit.certificate.basins,
                         options.bootstrap, options.seed, options.threads);
  fit.tail = tail_probability(problem, fit.minimum, options.bootstrap.kind, options.level);
  fit.covariance = covariance_of(problem, fit.minimum.coordinates);
  for (size_t j = 0; j < form->parameters.size(); ++j) {
    fit.parameters.push_back(parameter_fit(fit, problem, j, intervals[j]));
  }
  if (const auto cut = natural_cut(fit.rows, fit.axes)) {
    fit.extrapolation = extrapolate(*form, fit.rows, fit.axes, options.objective, options.holds,
                                    *cut, options.starts, options.threads);
  }
  Table used;
  used.rows = fit.rows;
  if (mapped.table.has('N')) { fit.ladders = ladders(used); }
  if (has_trade_off(form->name)) { add_trade_off(*form, options, fit); }
  fit.verdict = verdict_of(fit);
  add_optimum(fit);
  fit.warnings = warnings_of(fit);
  return fit;
}

OptimumAt optimum_at(const Fit& fit, double flops) {
  OptimumAt result{.flops = flops, .place = best_place(fit.form, fit.values, fit.cost, flops)};
  std::vector<double> losses;
  for (const Vector& refit : fit.refits.values) {
    losses.push_back(best_place(fit.form, refit, fit.cost, flops).loss);
  }
  const Interval interval = interval_over(fit, result.place.loss, std::move(losses));
  result.low = interval.low;
  result.high = interval.high;
  return result;
}

bool refits_carry(const Fit& fit) {
  return fit.refits.resamples > 0 && fit.refits.converged >= kConvergedShare * fit.refits.resamples;
}

Interval interval_over(const Fit& fit, double value, std::vector<double> refits) {
  if (!refits_carry(fit)) { return {.value = finite(value)}; }
  std::erase_if(refits, [](double refit) { return !std::isfinite(refit); });
  return {finite(value), quantile(refits, fit.tail), quantile(refits, 1 - fit.tail)};
}

Interval predicted_on_axis(const Fit& fit, double x) {
  const auto form = form_named(fit.form);
  Row row;
  row.n = row.d = row.c = row.u = x;
  row.loss = 1;
  const Points points = recentred(make_points({row}, fit.axes), 0, 0);
  const auto predict = [&](const Vector& values) {
    Evaluation evaluation;
    form->evaluate(form->coordinates(values, points), points, evaluation);
    return evaluation.prediction[0];
  };
  std::vector<double> losses;
  for (const Vector& refit : fit.refits.values) { losses.push_back(predict(refit)); }
  return interval_over(fit, predict(fit.values), losses);
}

bool has_optimum(const Fit& fit) {
  return has_trade_off(fit.form) && fit.verdict.code == VerdictCode::ok;
}

}  // namespace enigma::law
