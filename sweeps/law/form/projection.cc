#include "sweeps/law/form/projection.h"

#include "sweeps/law/form/nonnegative.h"
#include "sweeps/law/kernel/kernel.h"

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

constexpr double kSmallShare = 1e-2;

/// The root above 1 of x^(dimensions + 1) = x + 1.
double harmonious(int dimensions) {
  double x = 1.5;
  for (int k = 0; k < 60; ++k) { x = std::pow(1 + x, 1.0 / (dimensions + 1)); }
  return x;
}

}  // namespace

double log_or_nothing(double value) {
  return value > 0 ? std::log(value) : kLogOfNothing;
}

double exponent_of(double coordinate) {
  return std::exp(std::min(coordinate, kLogExponentLimit));
}

std::vector<Vector> even_spread(int count, int dimensions) {
  const double root = harmonious(dimensions - 1);
  std::vector<Vector> spread;
  for (int k = 0; k < count; ++k) {
    Vector place(dimensions);
    place[0] = (k + 0.5) / count;
    for (int j = 1; j < dimensions; ++j) {
      const double along = 0.5 + k * std::pow(root, -j);
      place[j] = along - std::floor(along);
    }
    spread.push_back(place);
  }
  return spread;
}

double between(double from, double to, double share) {
  return from * std::pow(to / from, share);
}

Vector log_coefficients(const std::vector<Eigen::ArrayXd>& columns, const Eigen::ArrayXd& target,
                        const Eigen::ArrayXd& weight) {
  const Eigen::ArrayXd scale = weight.sqrt() / target.abs().max(1e-300);
  Eigen::MatrixXd scaled(target.size(), static_cast<Eigen::Index>(columns.size()));
  for (size_t k = 0; k < columns.size(); ++k) {
    scaled.col(static_cast<Eigen::Index>(k)) = (scale * columns[k]).matrix();
  }
  const Vector solved = nonnegative_least_squares(scaled, (scale * target).matrix());
  const double small = kSmallShare * target.abs().minCoeff();
  Vector logs(solved.size());
  for (Eigen::Index k = 0; k < logs.size(); ++k) { logs[k] = std::log(std::max(solved[k], small)); }
  return logs;
}

Eigen::ArrayXd exponential(const Eigen::ArrayXd& column, double scale) {
  Eigen::ArrayXd out = scale * column;
  kernel().exp(out.size(), out.data(), out.data());
  return out;
}

}  // namespace enigma::law
