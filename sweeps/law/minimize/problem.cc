#include "sweeps/law/minimize/problem.h"

#include "sweeps/law/kernel/kernel.h"

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// Residuals below this are rounding: a gradient is never measured against less.
constexpr double kRounding = 1e-10;
/// Residuals below this fit exactly: Student's t may not become narrower.
constexpr double kLeastWidth = 1e-8;

/// The width at which weight·(ν + 1)·r²/(ν·s² + r²) sums to the sum of weights: the maximum of the
/// likelihood over s. Secant steps on log s², begun by the step of expectation–maximisation.
double student_width(ObjectiveCall& call, double total, double guess, double least) {
  double at = 2 * std::log(std::max(guess, least)), before = 0, value_before = 0;
  for (int k = 0; k < 80; ++k) {
    call.width = std::exp(at / 2);
    const double pull = kernel().student_pull(call);
    if (!(pull > 0)) { return least; }
    const double value = std::log(pull / total);
    const double slope = k == 0 ? -1 : (value - value_before) / (at - before);
    const double step = std::clamp(-value / std::clamp(slope, -1.0, -0.02), -6.0, 6.0);
    before = at;
    value_before = value;
    at += step;
    if (at < 2 * std::log(least)) { return least; }
    if (std::abs(step) < 1e-13 * std::max(1.0, std::abs(at))) { break; }
  }
  return std::exp(at / 2);
}

ObjectiveCall call_of(const Problem& problem, Value& value) {
  const Points& points = problem.points;
  const Objective& objective = problem.objective;
  const Eigen::Index n = points.size(), columns = value.evaluation.jacobian.cols();
  for (auto* const array : {&value.residual, &value.slope, &value.pull, &value.pull_size}) {
    array->resize(n);
  }
  value.gradient.resize(columns);
  value.gradient_size.resize(columns);
  const bool logs = objective.space == Space::log;
  const Clamp clamp = clamp_of(objective);
  return {.rows = n,
          .columns = static_cast<int>(columns),
          .logs = logs,
          .delta = clamp.limit,
          .scale = clamp.slope,
          .prediction = value.evaluation.prediction.data(),
          .observed = logs ? points.log_loss.data() : points.loss.data(),
          .weight = points.weight.data(),
          .jacobian = value.evaluation.jacobian.data(),
          .residual = value.residual.data(),
          .slope = value.slope.data(),
          .pull = value.pull.data(),
          .size = value.pull_size.data(),
          .gradient = value.gradient.data(),
          .gradient_size = value.gradient_size.data()};
}

void set_width(const Problem& problem, ObjectiveCall& call, Value& value, double total) {
  const double unit = residual_unit(problem);
  kernel().residuals(call);
  double guess = value.width;
  if (!(guess > 0) || !std::isfinite(guess)) {
    guess = std::sqrt((problem.points.weight * value.residual.square()).sum() / total);
  }
  call.freedom = problem.objective.freedom;
  value.width = std::isfinite(guess) ? student_width(call, total, guess, kLeastWidth * unit) : unit;
  call.width = value.width;
}

}  // namespace

double residual_unit(const Problem& problem) {
  return problem.objective.space == Space::log ? 1 : problem.points.loss_size;
}

void evaluate(const Problem& problem, const Vector& q, Value& value) {
  problem.form->evaluate(q, problem.points, value.evaluation);
  ObjectiveCall call = call_of(problem, value);
  const bool student = problem.objective.kind == ObjectiveKind::student;
  const double total = student ? problem.points.weight.sum() : 0;
  if (student) { set_width(problem, call, value, total); }
  call.rounding = std::abs(psi(problem.objective, kRounding * residual_unit(problem), value.width));
  value.objective = kernel().objective(call);
  value.size = value.objective;
  if (student) {
    value.objective += total * rho(problem.objective, 0, value.width);
    value.size = total;
  }
  for (Eigen::Index j = 0; j < q.size(); ++j) {
    if (problem.held[static_cast<size_t>(j)]) { value.gradient[j] = 0; }
  }
}

double relative_gradient(const Value& value) {
  // A term that has left the data altogether (E = 0, an exponent without end) moves nothing:
  // it is measured against the largest coordinate, not against its own vanishing sum.
  const double largest = value.gradient_size.maxCoeff();
  if (!(largest > 0)) { return 0; }
  double worst = 0;
  for (Eigen::Index j = 0; j < value.gradient.size(); ++j) {
    const double size = std::max(value.gradient_size[j], 1e-3 * largest);
    worst = std::max(worst, std::abs(value.gradient[j]) / size);
  }
  return worst;
}

Square curvature(const Problem& problem, const Value& value) {
  const double least = 1e-12 * residual_unit(problem);
  const Eigen::Index n = problem.points.size(), columns = value.gradient.size();
  Eigen::ArrayXd weight(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const double r = value.residual[i];
    const double safe = std::abs(r) > least ? r : least;
    weight[i] = problem.points.weight[i] * psi(problem.objective, safe, value.width) / safe;
  }
  Square matrix(columns, columns);
  kernel().normal(n, static_cast<int>(columns), weight.data(), value.slope.data(),
                  value.evaluation.jacobian.data(), matrix.data());
  for (Eigen::Index j = 0; j < columns; ++j) {
    if (!problem.held[static_cast<size_t>(j)]) { continue; }
    matrix.row(j).setZero();
    matrix.col(j).setZero();
  }
  return matrix;
}

Eigen::MatrixXd residual_jacobian(const Problem& problem, const Value& value) {
  Eigen::MatrixXd jacobian = value.slope.matrix().asDiagonal() * value.evaluation.jacobian;
  for (Eigen::Index j = 0; j < jacobian.cols(); ++j) {
    if (problem.held[static_cast<size_t>(j)]) { jacobian.col(j).setZero(); }
  }
  return jacobian;
}

double as_reported(const Problem& problem, double sum) {
  if (problem.objective.reduction == Reduction::mean) { return sum / problem.points.weight.sum(); }
  return sum * problem.points.weight_scale;
}

double reported_objective(const Problem& problem, const Vector& coordinates) {
  Value value;
  evaluate(problem, coordinates, value);
  double sum = 0;
  for (Eigen::Index i = 0; i < problem.points.size(); ++i) {
    sum += problem.points.weight[i] * rho(problem.objective, value.residual[i], value.width);
  }
  return as_reported(problem, sum);
}

}  // namespace enigma::law
