#include "sweeps/law/profile.h"

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

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<long>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Robust width of the residuals, corrected for the parameters that were fitted to them.
double width_of(const Eigen::ArrayXd& residual, int parameters, double floor) {
  std::vector<double> sizes(residual.data(), residual.data() + residual.size());
  for (double& size : sizes) size = std::abs(size);
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
    const Minimum minimum = minimize(problem, q, {1e-7, 300});
    const double gain = start.objective - minimum.objective;
    if (gain > 1e-7 * start.objective && (!better || minimum.objective < better->objective)) {
      better = minimum;
    }
    return minimum;
  }
};

/// Where the profile crosses the limit going from the estimate towards `end`; nothing if it never
/// does.
std::optional<double> crossing(Search& search, double end) {
  double inside = search.start.coordinates[search.index];
  if ((end - inside) * (end > inside ? 1 : -1) <= 0) return std::nullopt;
  const double sign = end > inside ? 1 : -1;
  if (sign * (end - inside) < 1e-12) return std::nullopt;
  Vector from = search.start.coordinates;
  double outside = inside, step = 0.02;
  for (bool crossed = false; !crossed;) {
    outside = sign * (inside + sign * step - end) > 0 ? end : inside + sign * step;
    const Minimum there = search.refit(from, outside);
    crossed = there.objective > search.limit;
    if (crossed) break;
    if (outside == end) return std::nullopt;
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
    case ParameterKind::coefficient:
      break;
  }
  return {std::min(at, log_loss) - 60, std::max(at, log_most) + 200};
}

}  // namespace

double allowed_rise(const Problem& problem, const Minimum& minimum, double level) {
  Value value;
  evaluate(problem, minimum.coordinates, value);
  const Points& points = problem.points;
  const int parameters = free_parameters(problem);
  const double scale = problem.objective.space == Space::log ? 1 : points.loss.abs().mean();
  const double width = width_of(value.residual, parameters, kLeastNoise * scale);
  std::vector<double> sums(static_cast<size_t>(points.clusters), 0.0);
  double squares = 0, slope = 0;
  for (Eigen::Index i = 0; i < points.size(); ++i) {
    const double r = value.residual[i], w = points.weight[i];
    const double pull = w * psi(problem.objective, r);
    sums[static_cast<size_t>(points.cluster[static_cast<size_t>(i)])] += pull;
    squares += pull * pull;
    slope +=
        w * (psi(problem.objective, r + width) - psi(problem.objective, r - width)) / (2 * width);
  }
  double clustered = 0;
  for (const double sum : sums) clustered += sum * sum;
  const double n = static_cast<double>(points.clusters);
  const double freedom = std::max(1.0, n - parameters);
  const double least = psi(problem.objective, kLeastNoise * scale);
  const double spread = std::max(std::max(squares, clustered) / freedom, least * least);
  const boost::math::students_t student(freedom);
  const double t = boost::math::quantile(student, (1 + level) / 2);
  const double count = static_cast<double>(points.size());
  return t * t * spread / std::max(2 * slope / count, 1e-300);
}

ProfileInterval profile(const Problem& problem, const std::vector<Hold>& holds,
                        const Minimum& minimum, size_t index, double rise) {
  const Parameter& parameter = problem.form->parameters[index];
  Problem held = problem;
  Vector values = problem.form->values(minimum.coordinates, problem.points);
  if (parameter.kind == ParameterKind::coefficient) {
    held.points = uncentred(std::move(held.points), static_cast<size_t>(parameter.axis));
  }
  Minimum start = minimum;
  const bool finite = values.allFinite() && values.minCoeff() > 0;
  if (finite) start.coordinates = problem.form->coordinates(values, held.points);
  start.coordinates = with_holds(held, holds, start.coordinates);
  held.held[index] = true;
  const auto j = static_cast<Eigen::Index>(index);
  Search search{held, j, minimum.objective + rise, start, std::nullopt};
  const Domain domain = domain_of(held, parameter, start.coordinates[j]);
  const auto value_at = [&](double coordinate) {
    return parameter.kind == ParameterKind::exponent ? std::exp(std::min(coordinate, 5.0))
                                                     : std::exp(coordinate);
  };
  ProfileInterval interval;
  if (!finite) return interval;
  if (const auto low = crossing(search, domain.low)) interval.low = value_at(*low);
  if (const auto high = crossing(search, domain.high)) interval.high = value_at(*high);
  interval.better = search.better;
  if (interval.better) {
    values = problem.form->values(interval.better->coordinates, held.points);
    interval.better->coordinates = problem.form->coordinates(values, problem.points);
  }
  return interval;
}

}  // namespace enigma::law
