#include "sweeps/law/form/nonnegative.h"

#include "diagnostics/check.h"

#include <Eigen/Cholesky>

#include <limits>

namespace enigma::law {

namespace {

/// Solution with only the columns of `set` (bits) allowed; the others are 0.
Vector solve_on(const Square& gram, const Vector& image, unsigned set) {
  std::vector<Eigen::Index> chosen;
  for (Eigen::Index k = 0; k < gram.rows(); ++k) {
    if (set >> k & 1U) { chosen.push_back(k); }
  }
  const auto m = static_cast<Eigen::Index>(chosen.size());
  Square part(m, m);
  Vector right(m);
  for (Eigen::Index i = 0; i < m; ++i) {
    right[i] = image[chosen[static_cast<size_t>(i)]];
    for (Eigen::Index j = 0; j < m; ++j) {
      part(i, j) = gram(chosen[static_cast<size_t>(i)], chosen[static_cast<size_t>(j)]);
    }
  }
  const Vector solved = part.ldlt().solve(right);
  Vector full = Vector::Zero(gram.rows());
  for (Eigen::Index i = 0; i < m; ++i) { full[chosen[static_cast<size_t>(i)]] = solved[i]; }
  return full;
}

}  // namespace

Vector nonnegative_least_squares(const Eigen::MatrixXd& columns, const Eigen::VectorXd& target) {
  ENIGMA_CHECK(columns.cols() <= 6, "all sets of columns are tried");
  const Square gram = columns.transpose() * columns;
  const Vector image = columns.transpose() * target;
  Vector best = Vector::Zero(columns.cols());
  double lowest = std::numeric_limits<double>::infinity();
  for (unsigned set = 1; set < 1U << columns.cols(); ++set) {
    const Vector x = solve_on(gram, image, set);
    if (!x.allFinite() || x.minCoeff() < 0) { continue; }
    const double error = x.dot(gram * x) - 2 * x.dot(image);
    if (error >= lowest) { continue; }
    lowest = error;
    best = x;
  }
  return best;
}

}  // namespace enigma::law
