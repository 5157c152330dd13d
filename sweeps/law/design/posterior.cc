#include "sweeps/law/design/posterior.h"

#include "sweeps/law/minimize/estimate.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// Standard deviation of a coordinate (a log) that no row tells of.
constexpr double kPriorSd = 2;
/// What a run's loss is believed to scatter by before any has been seen, relative, and how many
/// rows that belief is worth.
constexpr double kPriorNoise = 0.005, kPriorRows = 2;
constexpr double kOutlier = 3;

Eigen::ArrayXd squashed(const Eigen::ArrayXd& residual, double noise) {
  return residual.unaryExpr([noise](double r) {
    const double z = std::abs(r) / noise;
    return z <= kOutlier ? z * z / 2 : kOutlier * (z - kOutlier / 2);
  });
}

struct Curved {
  Square covariance;
  double log_volume = 0;  ///< of the free coordinates, half the log determinant
};

Curved covariance_at(const Problem& problem, const Value& value, double noise) {
  const Eigen::MatrixXd jacobian = residual_jacobian(problem, value);
  const Eigen::MatrixXd weighted = problem.points.weight.matrix().asDiagonal() * jacobian;
  Square precision = jacobian.transpose() * weighted / (noise * noise);
  const auto count = static_cast<Eigen::Index>(problem.held.size());
  for (Eigen::Index j = 0; j < count; ++j) { precision(j, j) += 1 / (kPriorSd * kPriorSd); }
  const Eigen::LDLT<Square> solver(precision);
  Curved curved{solver.solve(Square::Identity(count, count))};
  for (const double pivot : solver.vectorD()) {
    curved.log_volume -= 0.5 * std::log(std::max(pivot, 1e-300));
  }
  for (Eigen::Index j = 0; j < count; ++j) {
    if (!problem.held[static_cast<size_t>(j)]) { continue; }
    curved.covariance.row(j).setZero();
    curved.covariance.col(j).setZero();
  }
  return curved;
}

/// Predictions of the candidates in the space of the objective, with their slopes.
void add_candidates(const Problem& problem, const Vector& q, const Points& candidates,
                    Belief& belief) {
  Evaluation evaluation;
  problem.form->evaluate(q, candidates, evaluation);
  belief.predicted = evaluation.prediction;
  belief.slopes = evaluation.jacobian;
  if (problem.objective.space == Space::log) {
    belief.slopes = (1 / evaluation.prediction).matrix().asDiagonal() * evaluation.jacobian;
    belief.predicted = evaluation.prediction.log();
  }
}

}  // namespace

Points centred_like(const std::vector<Row>& rows, const std::vector<char>& axes,
                    const Points& points) {
  Points like = make_points(rows, axes);
  for (size_t k = 0; k < axes.size(); ++k) {
    like = recentred(std::move(like), k, -points.centre[k]);
  }
  return like;
}

double noise_of(const Problem& problem, const Vector& coordinates) {
  Value value;
  evaluate(problem, coordinates, value);
  std::vector<double> sizes(value.residual.data(), value.residual.data() + value.residual.size());
  for (double& size : sizes) { size = std::abs(size); }
  std::ranges::sort(sizes);
  const double middle = 1.4826 * sizes[sizes.size() / 2];
  const auto rows = static_cast<double>(sizes.size());
  const double freedom = std::max(0.0, rows - free_parameters(problem));
  const double before = kPriorNoise * residual_unit(problem);
  const double after =
      (kPriorRows * before * before + rows * middle * middle) / (kPriorRows + freedom);
  return std::sqrt(after);
}

Beliefs beliefs_of(const Problem& problem, const std::vector<Vector>& basins,
                   const Points& candidates, const Quantity& quantity) {
  Beliefs beliefs{.noise = noise_of(problem, basins.front())};
  std::vector<double> evidence;
  for (const Vector& q : basins) {
    Value value;
    evaluate(problem, q, value);
    Belief belief{.asked = quantity(q), .asked_slopes = slopes_of(quantity, q)};
    if (!belief.asked.allFinite() || !belief.asked_slopes.allFinite()) { continue; }
    const Curved curved = covariance_at(problem, value, beliefs.noise);
    belief.covariance = curved.covariance;
    add_candidates(problem, q, candidates, belief);
    if (!belief.predicted.allFinite() || !belief.slopes.allFinite()) { continue; }
    const Eigen::ArrayXd misfit = squashed(value.residual, beliefs.noise);
    evidence.push_back(curved.log_volume - (problem.points.weight * misfit).sum());
    beliefs.basins.push_back(std::move(belief));
  }
  if (beliefs.basins.empty()) { return beliefs; }
  const double most = *std::ranges::max_element(evidence);
  double sum = 0;
  for (double& one : evidence) { sum += one = std::exp(one - most); }
  for (size_t k = 0; k < evidence.size(); ++k) { beliefs.basins[k].share = evidence[k] / sum; }
  std::erase_if(beliefs.basins, [](const Belief& basin) { return basin.share < 1e-9; });
  return beliefs;
}

}  // namespace enigma::law
