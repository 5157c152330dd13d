#include "sweeps/law/minimize/minimize.h"

#include <Eigen/Cholesky>

#include <cmath>

namespace enigma::law {

namespace {

constexpr double kConvergedGradient = 1e-5;
/// Residuals that are all below this are rounding: rows no more than parameters, fitted exactly.
constexpr double kExact = 1e-7;
/// Coordinates are logs: a step beyond this is a leap out of the world.
constexpr double kLongestStep = 2.0;
/// A round of both algorithms that brings less than this share of the objective brings nothing.
constexpr double kNoDecrease = 1e-7;
constexpr int kRoundsMost = 6;

Square inverse_of(Square matrix) {
  const double ridge = 1e-7 * std::max(matrix.diagonal().maxCoeff(), 1e-300);
  matrix.diagonal().array() += ridge;
  return matrix.ldlt().solve(Square::Identity(matrix.rows(), matrix.cols()));
}

/// A step length that satisfies the weak Wolfe conditions, by bracketing and bisection.
/// `next` holds the value there. False where none was found.
bool line_search(const Problem& problem, const Vector& from, const Value& here,
                 const Vector& direction, Vector& to, Value& next) {
  const double slope = here.gradient.dot(direction);
  double low = 0, high = 0;
  double step = std::min(1.0, kLongestStep / direction.cwiseAbs().maxCoeff());
  for (int trial = 0; trial < 40; ++trial) {
    to = from + step * direction;
    evaluate(problem, to, next);
    if (!(next.objective <= here.objective + 1e-4 * step * slope)) {
      high = step;
    } else if (next.gradient.dot(direction) < 0.9 * slope) {
      low = step;
    } else {
      return true;
    }
    if (high == 0 && 2 * step * direction.cwiseAbs().maxCoeff() > 2 * kLongestStep) { return true; }
    step = high > 0 ? (low + high) / 2 : 2 * step;
  }
  return next.objective < here.objective;
}

/// The BFGS update of the inverse curvature.
void update(Square& inverse, const Vector& step, const Vector& change) {
  const double product = step.dot(change);
  if (!(product > 1e-14 * step.norm() * change.norm())) { return; }
  const Vector image = inverse * change;
  const double scale = (1 + change.dot(image) / product) / product;
  inverse += scale * step * step.transpose() -
             (image * step.transpose() + step * image.transpose()) / product;
}

Minimum minimum_at(const Problem& problem, const Vector& q, const Value& value, int iterations,
                   bool stalled) {
  const double gradient = relative_gradient(value);
  return {.coordinates = q,
          .objective = value.objective,
          .size = value.size,
          .relative_gradient = gradient,
          .iterations = iterations,
          .converged = std::isfinite(value.objective) &&
                       (gradient < kConvergedGradient || (stalled && gradient < 1e-2) ||
                        value.residual.abs().maxCoeff() < kExact * residual_unit(problem))};
}

}  // namespace

Minimum minimize(const Problem& problem, const Vector& start, const Effort& effort) {
  Vector q = start, to;
  Value here, next;
  evaluate(problem, q, here);
  if (!std::isfinite(here.objective)) { return minimum_at(problem, q, here, 0, false); }
  Square inverse = inverse_of(curvature(problem, here));
  int restarts = 0, iteration = 0, slow = 0;
  double at_restart = here.objective;
  for (; iteration < effort.iterations; ++iteration) {
    if (relative_gradient(here) < effort.tolerance) { break; }
    Vector direction = -inverse * here.gradient;
    for (Eigen::Index j = 0; j < q.size(); ++j) {
      if (problem.held[static_cast<size_t>(j)]) { direction[j] = 0; }
    }
    const bool downhill = direction.allFinite() && direction.dot(here.gradient) < 0;
    const bool moved = downhill && line_search(problem, q, here, direction, to, next);
    if (moved) {
      slow = here.objective - next.objective > 1e-13 * here.size ? 0 : slow + 1;
      update(inverse, to - q, next.gradient - here.gradient);
      q = to;
      std::swap(here, next);
    }
    if (moved && slow < 5) { continue; }
    // Stalled: the curvature is stale. Take it anew, unless that brought nothing the last time.
    if (restarts > 0 && !(here.objective < at_restart - 1e-12 * here.size)) { break; }
    if (++restarts > 8) { break; }
    at_restart = here.objective;
    inverse = inverse_of(curvature(problem, here));
    slow = 0;
  }
  return minimum_at(problem, q, here, iteration, iteration < effort.iterations);
}

Minimum minimize_by_reweighting(const Problem& problem, const Vector& start, const Effort& effort) {
  Vector q = start;
  Value here, next;
  evaluate(problem, q, here);
  double damping = 1e-3;
  int iteration = 0;
  for (; iteration < effort.iterations && damping < 1e12; ++iteration) {
    if (relative_gradient(here) < effort.tolerance) { break; }
    Square matrix = curvature(problem, here);
    const double floor = 1e-12 * std::max(matrix.diagonal().maxCoeff(), 1e-300);
    matrix.diagonal().array() += damping * matrix.diagonal().array() + floor;
    Vector step = -matrix.ldlt().solve(here.gradient);
    const double length = step.cwiseAbs().maxCoeff();
    if (length > kLongestStep) { step *= kLongestStep / length; }
    evaluate(problem, q + step, next);
    if (step.allFinite() && next.objective < here.objective) {
      q += step;
      std::swap(here, next);
      damping = std::max(damping / 5, 1e-12);
    } else {
      damping *= 4;
    }
  }
  return minimum_at(problem, q, here, iteration, iteration < effort.iterations);
}

Minimum settled(const Problem& problem, Minimum minimum) {
  for (int round = 0; round < kRoundsMost && !minimum.converged; ++round) {
    if (!std::isfinite(minimum.objective)) { break; }
    const Minimum other = minimize_by_reweighting(problem, minimum.coordinates, {1e-9, 400});
    Minimum next = minimize(problem, other.coordinates, {1e-9, 400});
    if (!(next.objective < minimum.objective)) { next = minimum; }
    next.converged |= minimum.objective - next.objective <= kNoDecrease * next.size;
    minimum = next;
  }
  return minimum;
}

}  // namespace enigma::law
