#include "sweeps/law/problem.h"

#include <cmath>

namespace enigma::law {

namespace {

/// Residuals below this are rounding: a gradient is never measured against less.
constexpr double kRounding = 1e-10;

}  // namespace

void evaluate(const Problem& problem, const Vector& q, Value& value) {
  const Points& points = problem.points;
  problem.form->evaluate(q, points, value.evaluation);
  const Eigen::ArrayXd& prediction = value.evaluation.prediction;
  const bool logs = problem.objective.space == Space::log;
  if (logs) {
    value.residual = prediction.log() - points.log_loss;
    value.slope = prediction.inverse();
  } else {
    value.residual = prediction - points.loss;
    value.slope.setOnes(points.size());
  }
  smooth_rho(problem.objective, value.residual, value.rho, value.psi);
  value.objective = (points.weight * value.rho).sum();
  const Eigen::ArrayXd pull = points.weight * value.psi * value.slope;
  value.gradient = (pull.matrix().transpose() * value.evaluation.jacobian).transpose();
  for (Eigen::Index j = 0; j < q.size(); ++j) {
    if (problem.held[static_cast<size_t>(j)]) value.gradient[j] = 0;
  }
  const Eigen::ArrayXd floor = points.weight * value.slope.abs() *
                               (value.psi.abs() + std::abs(psi(problem.objective, kRounding)));
  value.gradient_size =
      (floor.matrix().transpose() * value.evaluation.jacobian.cwiseAbs()).transpose();
}

double relative_gradient(const Value& value) {
  // A term that has left the data altogether (E = 0, an exponent without end) moves nothing:
  // it is measured against the largest coordinate, not against its own vanishing sum.
  const double largest = value.gradient_size.maxCoeff();
  if (!(largest > 0)) return 0;
  double worst = 0;
  for (Eigen::Index j = 0; j < value.gradient.size(); ++j) {
    const double size = std::max(value.gradient_size[j], 1e-3 * largest);
    worst = std::max(worst, std::abs(value.gradient[j]) / size);
  }
  return worst;
}

Eigen::MatrixXd residual_jacobian(const Problem& problem, const Value& value) {
  Eigen::MatrixXd jacobian = value.slope.matrix().asDiagonal() * value.evaluation.jacobian;
  for (Eigen::Index j = 0; j < jacobian.cols(); ++j) {
    if (problem.held[static_cast<size_t>(j)]) jacobian.col(j).setZero();
  }
  return jacobian;
}

double reported_objective(const Problem& problem, const Vector& coordinates) {
  Value value;
  evaluate(problem, coordinates, value);
  double sum = 0;
  for (Eigen::Index i = 0; i < problem.points.size(); ++i) {
    sum += problem.points.weight[i] * rho(problem.objective, value.residual[i]);
  }
  if (problem.objective.reduction == Reduction::mean) return sum / problem.points.weight.sum();
  return sum * problem.points.weight_scale;
}

}  // namespace enigma::law
