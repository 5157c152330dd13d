#include "sweeps/law/minimize/profile.h"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// Losses are not told more exactly than this: noise below it is not believed.
constexpr double kLeastNoise = 1e-5;
/// An offset below this share of the lowest loss cannot be told from 0.
constexpr double kLeastOffsetShare = 1e-4;
/// Exponents outside this range cannot be told from 0, or from a wall.
constexpr double kLeastExponent = 2e-3, kLargestExponent = 20;
/// Repetitions beyond this range are worth nothing, or as much as fresh data.
constexpr double kLeastRepeats = 1e-3, kMostRepeats = 1e5;
/// How far below and above the data, in logs, a shift of their axis can still be told.
constexpr double kShiftBelow = 14, kShiftAbove = 5;
/// An estimate this near to an end of its domain (in logs) lies there, to rounding.
constexpr double kAtTheEnd = 1e-6;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<long>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Robust width of the residuals, corrected for the parameters that were fitted to them.
double width_of(const Eigen::ArrayXd& residual, int parameters, double floor) {
  std::vector<double> sizes(residual.data(), residual.data() + residual.size());
  for (double& size : sizes) { size = std::abs(size); }
  const double n = static_cast<double>(sizes.size());
  const double corrected = 1.4826 * median(sizes) * std::sqrt(n / std::max(1.0, n - parameters));
  return std::max(corrected, floor);
}

/// One side of the search: the coordinate moves from the estimate in ever larger steps.
struct Search {
  const Problem& problem;
  Eigen::Index index;
  double limit;  ///< objective that may not be exceeded
  Minimum start;
  std::optional<Minimum> better;

  /// Objective with the coordinate held at `at`, the others refitted from `from`.
  Minimum refit(const Vector& from, double at) {
    Vector q = from;
    q[index] = at;
    const Minimum minimum = settled(problem, minimize(problem, q, {1e-7, 300}));
    const double gain = start.objective - minimum.objective;
    if (gain > 1e-7 * start.size && (!better || minimum.objective < better->objective)) {
      better = minimum;
    }
    return minimum;
  }
};

/// Where the profile crosses the limit going from the estimate up (sign 1) or down (−1) to the
/// `end` of the domain; nothing if it never does, or if the estimate lies at that end.
std::optional<double> crossing(Search& search, double sign, double end) {
  double inside = search.start.coordinates[search.index];
  if (sign * (end - inside) < kAtTheEnd) { return std::nullopt; }
  Vector from = search.start.coordinates;
  double outside = inside, step = 0.02;
  for (bool crossed = false; !crossed;) {
    outside = sign * (inside + sign * step - end) > 0 ? end : inside + sign * step;
    const Minimum there = search.refit(from, outside);
    crossed = there.objective > search.limit;
    if (crossed) { break; }
    if (outside == end) { return std::nullopt; }
    from = there.coordinates;
    inside = outside;
    step *= 2;
  }
  for (int k = 0; k < 60 && std::abs(outside - inside) > 1e-4 * std::abs(step); ++k) {
    const double middle = (inside + outside) / 2;
    const Minimum there = search.refit(from, middle);
    if (there.objective > search.limit) {
      outside = middle;
    } else {
      inside = middle;
      from = there.coordinates;
    }
  }
  return (inside + outside) / 2;
}

struct Domain {
  double low, high;  ///< of the coordinate
};

Domain domain_of(const Problem& problem, const Parameter& parameter, double at) {
  const double log_loss = std::log(problem.points.loss.abs().minCoeff());
  const double log_most = std::log(problem.points.loss.abs().maxCoeff());
  switch (parameter.kind) {
    case ParameterKind::offset:
      return {log_loss + std::log(kLeastOffsetShare), log_most + std::log(2.0)};
    case ParameterKind::exponent:
      return {std::log(kLeastExponent), std::log(kLargestExponent)};
    case ParameterKind::repeats:
      return {std::log(kLeastRepeats), std::log(kMostRepeats)};
    case ParameterKind::shift: {
      const Eigen::ArrayXd& axis = problem.points.axis[static_cast<size_t>(parameter.axis)];
      return {axis.minCoeff() - kShiftBelow, axis.maxCoeff() + kShiftAbove};
    }
    case ParameterKind::coefficient:
    case ParameterKind::scale:
      break;
  }
  return {std::min(at, log_loss) - 60, std::max(at, log_most) + 200};
}

}  // namespace

Spread spread_of(const Problem& problem, const Eigen::ArrayXd& residual, int parameters,
                 double student_width) {
  const Points& points = problem.points;
  const double noise = kLeastNoise * residual_unit(problem);
  const double width = width_of(residual, parameters, noise);
  const auto pull_at = [&](double r) { return psi(problem.objective, r, student_width); };
  std::vector<double> sums(static_cast<size_t>(points.clusters), 0.0);
  double squares = 0, slope = 0;
  for (Eigen::Index i = 0; i < points.size(); ++i) {
    const double r = residual[i], w = points.weight[i], pull = w * pull_at(r);
    sums[static_cast<size_t>(points.cluster[static_cast<size_t>(i)])] += pull;
    squares += pull * pull;
    slope += w * (pull_at(r + width) - pull_at(r - width)) / (2 * width);
  }
  double clustered = 0;
  for (const double sum : sums) { clustered += sum * sum; }
  Spread spread{.freedom = std::max(1.0, static_cast<double>(points.clusters - parameters))};
  const double least = pull_at(noise);
  const double rows = static_cast<double>(points.size());
  const double mean = std::max(squares, clustered) / rows * points.clusters / spread.freedom;
  spread.square = std::max(mean, least * least);
  spread.slope = std::max(slope / rows, 1e-300);
  return spread;
}

Spread spread_of(const Problem& problem, const Value& value) {
  return spread_of(problem, value.residual, free_parameters(problem), value.width);
}

double allowed_rise(const Spread& spread, double level) {
  const boost::math::students_t student(spread.freedom);
  const double t = boost::math::quantile(student, (1 + level) / 2);
  return t * t * spread.square / (2 * spread.slope);
}

double allowed_rise(const Problem& problem, const Minimum& minimum, double level) {
  Value value;
  evaluate(problem, minimum.coordinates, value);
  return allowed_rise(spread_of(problem, value), level);
}

ProfileInterval profile(const Problem& problem, const std::vector<Hold>& holds,
                        const Minimum& minimum, size_t index, double rise) {
  const Parameter& parameter = problem.form->parameters[index];
  Problem held = problem;
  Vector values = problem.form->values(minimum.coordinates, problem.points);
  held.points = centred_for(std::move(held.points), parameter);
  if (!values.allFinite()) { return {}; }
  Minimum start = minimum;
  start.coordinates = with_holds(held, holds, problem.form->coordinates(values, held.points));
  held.held[index] = true;
  const auto j = static_cast<Eigen::Index>(index);
  Search search{held, j, minimum.objective + rise, start, std::nullopt};
  const Domain domain = domain_of(held, parameter, start.coordinates[j]);
  const auto value_at = [&](double coordinate) {
    Vector there = start.coordinates;
    there[j] = coordinate;
    return problem.form->values(there, held.points)[j];
  };
  ProfileInterval interval;
  if (const auto low = crossing(search, -1, domain.low)) { interval.low = value_at(*low); }
  if (const auto high = crossing(search, 1, domain.high)) { interval.high = value_at(*high); }
  if (parameter.negative) { std::swap(interval.low, interval.high); }
  interval.better = search.better;
  if (interval.better) {
    values = problem.form->values(interval.better->coordinates, held.points);
    interval.better->coordinates = problem.form->coordinates(values, problem.points);
  }
  return interval;
}

}  // namespace enigma::law
