#include "sweeps/law/estimate.h"

#include "diagnostics/nearest.h"
#include "sweeps/law/parallel.h"

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

constexpr double kSameObjective = 1e-6;
constexpr size_t kBasinsShown = 8;

int index_of(const Form& form, const std::string& parameter) {
  std::vector<std::string> names;
  for (size_t j = 0; j < form.parameters.size(); ++j) {
    if (form.parameters[j].name == parameter) return static_cast<int>(j);
    names.push_back(form.parameters[j].name);
  }
  throw InputError({{.message = "--fix names a parameter that " + form.name + " does not have",
                     .found = parameter,
                     .suggestion = suggest_name(parameter, names)}});
}

void check_value(const Hold& hold, const Parameter& parameter) {
  const bool zero_allowed = parameter.kind != ParameterKind::exponent;
  if (std::isfinite(hold.value) && (hold.value > 0 || (zero_allowed && hold.value == 0))) return;
  throw InputError({{.message = "--fix " + hold.parameter + ": value outside the domain",
                     .expected = zero_allowed ? "a number >= 0" : "a number > 0",
                     .found = std::to_string(hold.value)}});
}

bool same(double a, double b) {
  return std::abs(a - b) <= kSameObjective * std::max(std::abs(a), std::abs(b)) + 1e-300;
}

std::vector<Basin> basins_of(const Problem& problem, const std::vector<Minimum>& sorted) {
  std::vector<Basin> basins;
  for (const Minimum& minimum : sorted) {
    if (!minimum.converged) continue;
    if (!basins.empty() && same(basins.back().objective, minimum.objective)) {
      ++basins.back().starts;
      continue;
    }
    basins.push_back({.objective = minimum.objective,
                      .starts = 1,
                      .values = problem.form->values(minimum.coordinates, problem.points)});
  }
  if (basins.size() > kBasinsShown) basins.resize(kBasinsShown);
  return basins;
}

}  // namespace

Problem make_problem(const Form& form, const std::vector<Row>& rows, const std::vector<char>& axes,
                     const Objective& objective, const std::vector<Hold>& holds) {
  Problem problem{.form = &form,
                  .points = make_points(rows, axes),
                  .objective = objective,
                  .held = std::vector<bool>(form.parameters.size(), false)};
  for (const Hold& hold : holds) {
    const int j = index_of(form, hold.parameter);
    const Parameter& parameter = form.parameters[static_cast<size_t>(j)];
    check_value(hold, parameter);
    problem.held[static_cast<size_t>(j)] = true;
    if (parameter.kind == ParameterKind::coefficient) {
      problem.points = uncentred(std::move(problem.points), static_cast<size_t>(parameter.axis));
    }
  }
  return problem;
}

Vector with_holds(const Problem& problem, const std::vector<Hold>& holds, Vector start) {
  if (holds.empty()) return start;
  Vector values = problem.form->values(start, problem.points);
  for (const Hold& hold : holds) values[index_of(*problem.form, hold.parameter)] = hold.value;
  const Vector held = problem.form->coordinates(values, problem.points);
  for (Eigen::Index j = 0; j < start.size(); ++j) {
    if (problem.held[static_cast<size_t>(j)]) start[j] = held[j];
  }
  return start;
}

Estimate estimate(const Problem& problem, const std::vector<Hold>& holds, int starts, int threads) {
  std::vector<Vector> from = problem.form->starts(problem.points, starts);
  for (Vector& start : from) start = with_holds(problem, holds, start);
  std::vector<Minimum> minima(from.size());
  in_parallel(threads, from.size(), [&](size_t k) { minima[k] = minimize(problem, from[k]); });

  std::vector<size_t> order;
  for (size_t k = 0; k < minima.size(); ++k) {
    if (std::isfinite(minima[k].objective)) order.push_back(k);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return minima[a].objective < minima[b].objective; });
  std::vector<Minimum> sorted;
  for (const size_t k : order) sorted.push_back(minima[k]);
  if (sorted.empty()) throw std::runtime_error("no start gave a finite objective");

  Estimate result;
  result.minimum = minimize(problem, sorted.front().coordinates, {1e-11, 2000});
  if (result.minimum.objective > sorted.front().objective) result.minimum = sorted.front();
  Certificate& certificate = result.certificate;
  certificate.gradient_relative = result.minimum.relative_gradient;
  certificate.starts = static_cast<int>(minima.size());
  for (const Minimum& minimum : sorted) {
    if (same(minimum.objective, result.minimum.objective)) ++certificate.agreeing;
  }
  for (const Minimum& minimum : minima) certificate.unconverged += minimum.converged ? 0 : 1;
  certificate.basins = basins_of(problem, sorted);
  certificate.second_objective = minimize_by_reweighting(problem, from[order.front()]).objective;
  return result;
}

int free_parameters(const Problem& problem) {
  return static_cast<int>(std::count(problem.held.begin(), problem.held.end(), false));
}

}  // namespace enigma::law
