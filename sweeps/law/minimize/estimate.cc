#include "sweeps/law/minimize/estimate.h"

#include "diagnostics/nearest.h"
#include "sweeps/law/minimize/parallel.h"
#include "sweeps/law/minimize/variable_projection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace enigma::law {

namespace {

constexpr double kSameObjective = 1e-6;
constexpr size_t kBasinsShown = 8;
/// So many starts, evenly among all, go straight down the objective itself.
constexpr size_t kStraight = 256;
/// Starts that minimizing a smooth objective brings to one place go on as one.
constexpr double kSamePlace = 1e-4;

int index_of(const Form& form, const std::string& parameter) {
  const int index = form.index_of(parameter);
  if (index >= 0) { return index; }
  std::vector<std::string> names;
  for (const Parameter& known : form.parameters) { names.push_back(known.name); }
  throw InputError({{.message = "--fix names a parameter that " + form.name + " does not have",
                     .found = parameter,
                     .suggestion = suggest_name(parameter, names)}});
}

void check_value(const Hold& hold, const Parameter& parameter) {
  const bool zero_allowed =
      parameter.kind == ParameterKind::offset || parameter.kind == ParameterKind::coefficient;
  const bool any_sign = parameter.kind == ParameterKind::shift;
  const double value = parameter.negative ? -hold.value : hold.value;
  if (std::isfinite(value) && (any_sign || value > 0 || (zero_allowed && value == 0))) { return; }
  throw InputError({{.message = "--fix " + hold.parameter + ": value outside the domain",
                     .expected = any_sign             ? "a number"
                                 : parameter.negative ? "a number < 0"
                                 : zero_allowed       ? "a number >= 0"
                                                      : "a number > 0",
                     .found = fmt::format("{}", hold.value)}});
}

bool same(const Minimum& a, const Minimum& b) {
  return std::abs(a.objective - b.objective) <= kSameObjective * std::max(a.size, b.size) + 1e-300;
}

std::vector<Basin> basins_of(const Problem& problem, const std::vector<Minimum>& sorted) {
  std::vector<Basin> basins;
  const Minimum* lowest = nullptr;
  for (const Minimum& minimum : sorted) {
    if (!minimum.converged) { continue; }
    if (lowest != nullptr && same(*lowest, minimum)) {
      ++basins.back().starts;
      continue;
    }
    lowest = &minimum;
    basins.push_back({.objective = as_reported(problem, minimum.objective),
                      .starts = 1,
                      .values = problem.form->values(minimum.coordinates, problem.points)});
  }
  if (basins.size() > kBasinsShown) { basins.resize(kBasinsShown); }
  return basins;
}

/// For each start the first start that the smooth objective brought to the same place (itself if
/// none).
std::vector<size_t> meeting(const std::vector<Minimum>& smooth) {
  std::vector<size_t> order(smooth.size()), first(smooth.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return smooth[a].objective < smooth[b].objective; });
  for (size_t k = 0; k < order.size(); ++k) {
    const Minimum& here = smooth[order[k]];
    first[order[k]] = order[k];
    if (k == 0) { continue; }
    const size_t known = first[order[k - 1]];
    const Minimum& there = smooth[known];
    const double apart = (here.coordinates - there.coordinates).cwiseAbs().maxCoeff();
    const bool equal = here.objective - there.objective <= 1e-8 * there.size;
    if (equal && apart < kSamePlace) { first[order[k]] = known; }
  }
  return first;
}

/// Where each start ends. A robust objective is narrow and slow far from its minimum: of very
/// many starts go down its sum of squares first, and those that meet there continue as one. The
/// others go straight down, so that no basin is missed because least squares does not lead to it.
std::vector<Minimum> descents(const Problem& problem, const std::vector<Vector>& from,
                              int threads) {
  const Effort effort{1e-6, 400};
  std::vector<Minimum> minima(from.size());
  const Problem smooth = smoothed(problem);
  const size_t stride = (from.size() + kStraight - 1) / kStraight;
  const auto straight = [&](size_t k) { return k % stride == 0; };
  in_parallel(threads, from.size(), [&](size_t k) {
    minima[k] = straight(k) ? minimize(problem, from[k], effort)
                            : minimize_projected(smooth, from[k], {1e-12, 100});
  });
  if (stride == 1) { return minima; }
  std::vector<size_t> on_road;
  std::vector<Minimum> arrived;
  for (size_t k = 0; k < from.size(); ++k) {
    if (straight(k) || !std::isfinite(minima[k].objective)) { continue; }
    on_road.push_back(k);
    arrived.push_back(minima[k]);
  }
  const std::vector<size_t> first = meeting(arrived);
  in_parallel(threads, on_road.size(), [&](size_t k) {
    if (first[k] == k) { minima[on_road[k]] = minimize(problem, arrived[k].coordinates, effort); }
  });
  for (size_t k = 0; k < on_road.size(); ++k) { minima[on_road[k]] = minima[on_road[first[k]]]; }
  return minima;
}

}  // namespace

Problem make_problem(const Form& form, const std::vector<Row>& rows, const std::vector<char>& axes,
                     const Objective& objective, const std::vector<Hold>& holds) {
  Problem problem{.form = &form,
                  .points = make_points(rows, axes),
                  .objective = objective,
                  .held = std::vector<bool>(form.parameters.size(), false)};
  // The width inside which the corner of l1 is rounded follows the unit of its residuals.
  if (objective.kind == ObjectiveKind::l1) { problem.objective.delta *= residual_unit(problem); }
  for (const Hold& hold : holds) {
    const int j = index_of(form, hold.parameter);
    const Parameter& parameter = form.parameters[static_cast<size_t>(j)];
    check_value(hold, parameter);
    problem.held[static_cast<size_t>(j)] = true;
    problem.points = centred_for(problem.points, parameter);
  }
  return problem;
}

Points centred_for(Points points, const Parameter& parameter) {
  if (parameter.kind != ParameterKind::coefficient) { return points; }
  return recentred(std::move(points), static_cast<size_t>(parameter.axis), parameter.origin);
}

Vector with_holds(const Problem& problem, const std::vector<Hold>& holds, Vector start) {
  if (holds.empty()) { return start; }
  Vector values = problem.form->values(start, problem.points);
  for (const Hold& hold : holds) { values[index_of(*problem.form, hold.parameter)] = hold.value; }
  const Vector held = problem.form->coordinates(values, problem.points);
  for (Eigen::Index j = 0; j < start.size(); ++j) {
    if (problem.held[static_cast<size_t>(j)]) { start[j] = held[j]; }
  }
  return start;
}

Estimate estimate(const Problem& problem, const std::vector<Hold>& holds, int starts, int threads) {
  std::vector<Vector> from = problem.form->starts(problem.points, starts);
  for (Vector& start : from) { start = with_holds(problem, holds, start); }
  const std::vector<Minimum> minima = descents(problem, from, threads);

  std::vector<size_t> order;
  for (size_t k = 0; k < minima.size(); ++k) {
    if (std::isfinite(minima[k].objective)) { order.push_back(k); }
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return minima[a].objective < minima[b].objective; });
  std::vector<Minimum> sorted;
  for (const size_t k : order) { sorted.push_back(minima[k]); }
  if (sorted.empty()) { throw std::runtime_error("no start gave a finite objective"); }

  Estimate result;
  result.minimum = minimize(problem, sorted.front().coordinates, {1e-11, 2000});
  if (result.minimum.objective > sorted.front().objective) { result.minimum = sorted.front(); }
  Certificate& certificate = result.certificate;
  certificate.gradient_relative = result.minimum.relative_gradient;
  certificate.starts = static_cast<int>(minima.size());
  for (const Minimum& minimum : sorted) {
    if (same(minimum, result.minimum)) { ++certificate.agreeing; }
  }
  for (const Minimum& minimum : minima) { certificate.unconverged += minimum.converged ? 0 : 1; }
  certificate.basins = basins_of(problem, sorted);
  certificate.second_objective =
      as_reported(problem, minimize_by_reweighting(problem, from[order.front()]).objective);
  return result;
}

int free_parameters(const Problem& problem) {
  return static_cast<int>(std::count(problem.held.begin(), problem.held.end(), false));
}

}  // namespace enigma::law
