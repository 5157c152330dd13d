#include "sweeps/law/minimize/variable_projection.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// A coefficient may not fall to less than this share of itself in one solution.
constexpr double kLeastShare = 0.05;
constexpr double kLongestStep = 2.0;

bool is_linear(const Problem& problem, Eigen::Index j) {
  const ParameterKind kind = problem.form->parameters[static_cast<size_t>(j)].kind;
  return (kind == ParameterKind::offset || kind == ParameterKind::coefficient) &&
         !problem.held[static_cast<size_t>(j)];
}

/// Where the linear parameters are best, seen from one place: JᵀWJ·shares = −JᵀWr over them alone.
struct Projection {
  Square curvature;
  Vector shares;        ///< relative change of each linear parameter; 0 for the others
  double objective;     ///< with the linear parameters changed so
  bool inside = false;  ///< none would become negative
};

Projection projection_of(const Problem& problem, const Value& value) {
  Projection projection{.curvature = curvature(problem, value),
                        .shares = Vector::Zero(value.gradient.size()),
                        .objective = value.objective};
  const Eigen::Index p = value.gradient.size();
  Square block = Square::Identity(p, p);
  Vector right = Vector::Zero(p);
  const double floor = 1e-12 * std::max(projection.curvature.diagonal().maxCoeff(), 1e-300);
  for (Eigen::Index i = 0; i < p; ++i) {
    if (!is_linear(problem, i)) { continue; }
    right[i] = -value.gradient[i];
    for (Eigen::Index j = 0; j < p; ++j) {
      if (is_linear(problem, j)) { block(i, j) = projection.curvature(i, j); }
    }
    block(i, i) += floor;
  }
  const Vector shares = block.llt().solve(right);
  projection.inside = shares.allFinite() && shares.minCoeff() > kLeastShare - 1;
  if (!projection.inside) { return projection; }
  projection.shares = shares;
  projection.objective += shares.dot(value.gradient) / 2;
  return projection;
}

}  // namespace

Problem smoothed(const Problem& problem) {
  Problem smooth = problem;
  smooth.objective = {.kind = ObjectiveKind::l2, .space = Space::linear};
  smooth.points.weight /= (problem.points.loss / problem.points.loss_size).square().max(1e-300);
  return smooth;
}

Minimum minimize_projected(const Problem& problem, const Vector& start, const Effort& effort) {
  Vector q = start, to;
  Value here, next;
  evaluate(problem, q, here);
  Projection now = projection_of(problem, here);
  double damping = 1e-2;
  int iteration = 0;
  for (; iteration < effort.iterations && damping < 1e8; ++iteration) {
    // A full step moves everything; the linear parameters then follow exactly at the next place.
    Square matrix = now.curvature;
    const double floor = 1e-12 * std::max(matrix.diagonal().maxCoeff(), 1e-300);
    for (Eigen::Index j = 0; j < q.size(); ++j) {
      const bool free = now.inside && is_linear(problem, j);
      matrix(j, j) += (free ? 0 : damping * matrix(j, j)) + floor;
    }
    Vector step = -matrix.llt().solve(here.gradient);
    double longest = 0;
    for (Eigen::Index j = 0; j < q.size(); ++j) {
      // A linear parameter's step is a share of itself; its coordinate is a log.
      if (now.inside && is_linear(problem, j)) {
        step[j] = std::log(std::max(1 + step[j], kLeastShare));
      }
      longest = std::max(longest, std::abs(step[j]));
    }
    if (longest > kLongestStep) { step *= kLongestStep / longest; }
    to = q + step;
    evaluate(problem, to, next);
    Projection then = projection_of(problem, next);
    if (step.allFinite() && then.objective < now.objective) {
      const double gain = now.objective - then.objective;
      q = to;
      std::swap(here, next);
      now = std::move(then);
      damping = std::max(damping / 8, 1e-10);
      if (gain < effort.tolerance * now.objective) { break; }
    } else {
      if (longest < 1e-7) { break; }
      damping *= 6;
    }
  }
  if (now.inside) { q.array() += (1 + now.shares.array()).log(); }
  evaluate(problem, q, here);
  return {.coordinates = q,
          .objective = here.objective,
          .size = here.size,
          .relative_gradient = relative_gradient(here),
          .iterations = iteration,
          .converged = iteration < effort.iterations};
}

}  // namespace enigma::law
