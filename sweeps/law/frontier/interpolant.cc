#include "sweeps/law/frontier/interpolant.h"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// A pair of weights below this share of the largest is a straight stretch.
constexpr double kStraight = 1e-9;

std::vector<double> chords(const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<double> slopes;
  for (size_t i = 0; i + 1 < x.size(); ++i) {
    slopes.push_back((y[i + 1] - y[i]) / (x[i + 1] - x[i]));
  }
  return slopes;
}

/// Akima 1970: each slope is the mean of its neighbours' chords, the steadier side weighing more.
std::vector<double> akima_slopes(const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<double> m = chords(x, y);
  const double left = 2 * m[0] - m[1];
  m.insert(m.begin(), {2 * left - m[0], left});
  for (int k = 0; k < 2; ++k) { m.push_back(2 * m[m.size() - 1] - m[m.size() - 2]); }
  std::vector<double> bend;
  for (size_t i = 0; i + 1 < m.size(); ++i) { bend.push_back(std::abs(m[i + 1] - m[i])); }
  double most = 0;
  for (size_t i = 0; i < x.size(); ++i) { most = std::max(most, bend[i] + bend[i + 2]); }
  std::vector<double> slopes;
  for (size_t i = 0; i < x.size(); ++i) {
    const double right = bend[i + 2], before = bend[i];
    slopes.push_back(right + before > kStraight * most
                         ? (right * m[i + 1] + before * m[i + 2]) / (right + before)
                         : (m[i] + m[i + 3]) / 2);
  }
  return slopes;
}

/// Slopes with equal second derivatives where two pieces meet, and equal third ones at the second
/// and the last but one knot (de Boor 1978, chapter IV).
std::vector<double> spline_slopes(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<Eigen::Index>(x.size());
  const std::vector<double> d = chords(x, y);
  const auto h = [&](Eigen::Index i) {
    return x[static_cast<size_t>(i + 1)] - x[static_cast<size_t>(i)];
  };
  const auto chord = [&](Eigen::Index i) { return d[static_cast<size_t>(i)]; };
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(n, n);
  Eigen::VectorXd right(n);
  for (Eigen::Index i = 1; i + 1 < n; ++i) {
    matrix(i, i - 1) = h(i);
    matrix(i, i) = 2 * (h(i - 1) + h(i));
    matrix(i, i + 1) = h(i - 1);
    right[i] = 3 * (h(i) * chord(i - 1) + h(i - 1) * chord(i));
  }
  const double first = h(0) + h(1), last = h(n - 3) + h(n - 2);
  matrix(0, 0) = h(1);
  matrix(0, 1) = first;
  right[0] = ((h(0) + 2 * first) * h(1) * chord(0) + h(0) * h(0) * chord(1)) / first;
  matrix(n - 1, n - 1) = h(n - 3);
  matrix(n - 1, n - 2) = last;
  right[n - 1] =
      (h(n - 2) * h(n - 2) * chord(n - 3) + (2 * last + h(n - 2)) * h(n - 3) * chord(n - 2)) / last;
  const Eigen::VectorXd slopes = matrix.partialPivLu().solve(right);
  return {slopes.begin(), slopes.end()};
}

}  // namespace

Interpolant interpolate(Smoothing smoothing, std::vector<double> x, std::vector<double> y) {
  std::vector<double> slopes =
      smoothing == Smoothing::akima ? akima_slopes(x, y) : spline_slopes(x, y);
  return {std::move(x), std::move(y), std::move(slopes)};
}

double value_at(const Interpolant& curve, double x) {
  const auto above = std::upper_bound(curve.x.begin() + 1, curve.x.end() - 1, x);
  const size_t i = static_cast<size_t>(above - curve.x.begin()) - 1;
  const double h = curve.x[i + 1] - curve.x[i], u = x - curve.x[i];
  const double chord = (curve.y[i + 1] - curve.y[i]) / h;
  const double square = (3 * chord - 2 * curve.slope[i] - curve.slope[i + 1]) / h;
  const double cube = (curve.slope[i] + curve.slope[i + 1] - 2 * chord) / (h * h);
  return curve.y[i] + u * (curve.slope[i] + u * (square + u * cube));
}

}  // namespace enigma::law
