#include "sweeps/law/fit/covariance.h"

#include "sweeps/law/minimize/profile.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// d value / d coordinate by central differences.
Square value_jacobian(const Problem& problem, const Vector& q) {
  Square jacobian(q.size(), q.size());
  for (Eigen::Index j = 0; j < q.size(); ++j) {
    const double step = 1e-6 * std::max(1.0, std::abs(q[j]));
    Vector right = q, left = q;
    right[j] += step;
    left[j] -= step;
    jacobian.col(j) =
        (problem.form->values(right, problem.points) - problem.form->values(left, problem.points)) /
        (2 * step);
    if (problem.held[static_cast<size_t>(j)]) { jacobian.col(j).setZero(); }
  }
  return jacobian;
}

/// The sum of gradients of one cluster's rows, (clusters, coordinates).
Eigen::MatrixXd cluster_gradients(const Problem& problem, const Value& value,
                                  const Eigen::MatrixXd& jacobian) {
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(problem.points.clusters, jacobian.cols());
  for (Eigen::Index i = 0; i < jacobian.rows(); ++i) {
    const double pull =
        problem.points.weight[i] * psi(problem.objective, value.residual[i], value.width);
    sums.row(problem.points.cluster[static_cast<size_t>(i)]) += pull * jacobian.row(i);
  }
  return sums;
}

}  // namespace

Covariance covariance_of(const Problem& problem, const Vector& coordinates) {
  Value value;
  evaluate(problem, coordinates, value);
  const Eigen::MatrixXd jacobian = residual_jacobian(problem, value);
  const Spread spread = spread_of(problem, value);
  Square bend = jacobian.transpose() * problem.points.weight.matrix().asDiagonal() * jacobian;
  bend *= spread.slope;
  for (Eigen::Index j = 0; j < bend.rows(); ++j) {
    if (problem.held[static_cast<size_t>(j)]) { bend(j, j) = 1; }
  }
  // Coordinates in units of their own spread, so that the solve is as exact as it can be.
  const Vector scale = bend.diagonal().cwiseMax(1e-300).cwiseSqrt().cwiseInverse();
  bend = (scale.asDiagonal() * bend * scale.asDiagonal()).eval();
  const Eigen::LLT<Square> solver(bend);
  const Eigen::Index p = bend.rows();
  Covariance covariance{Square::Constant(p, p, NAN), Square::Constant(p, p, NAN)};
  if (solver.info() != Eigen::Success) { return covariance; }
  const Square inverse =
      scale.asDiagonal() * solver.solve(Square::Identity(p, p)) * scale.asDiagonal();
  const Square to_values = value_jacobian(problem, coordinates);
  const Eigen::MatrixXd sums = cluster_gradients(problem, value, jacobian);
  const double clusters = problem.points.clusters;
  const double freedom = std::max(1.0, clusters - free_parameters(problem));
  const Square meat = sums.transpose() * sums * (clusters / freedom);
  covariance.hessian = to_values * inverse * to_values.transpose() * (spread.square / spread.slope);
  covariance.sandwich = to_values * inverse * meat * inverse * to_values.transpose();
  return covariance;
}

}  // namespace enigma::law
