#include "sweeps/law/frontier/valley.h"

#include "sweeps/law/frontier/interpolant.h"

#include <Eigen/Dense>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// Places between two neighbouring sizes (Porian et al. 2024, section 3).
constexpr size_t kPlacesPerGap = 25;
/// A parabola's vertex may lie outside the sizes by this share of their width …
constexpr double kBeyondShare = 0.25;
/// … where that is within so many standard errors.
constexpr double kBeyondErrors = 2;

/// y = c0 + c1·(x − centre) + c2·(x − centre)², by weighted least squares.
struct Parabola {
  double centre = 0;
  Eigen::Vector3d coefficient;
  Eigen::Matrix3d inverse;  ///< of the normal matrix
  Scatter scatter;
};

Parabola parabola_of(const ValleyData& data) {
  Parabola parabola;
  for (const double x : data.x) { parabola.centre += x / static_cast<double>(data.x.size()); }
  Eigen::Matrix3d normal = Eigen::Matrix3d::Zero();
  Eigen::Vector3d right = Eigen::Vector3d::Zero();
  for (size_t k = 0; k < data.x.size(); ++k) {
    const double u = data.x[k] - parabola.centre;
    const Eigen::Vector3d powers(1, u, u * u);
    normal += data.weight[k] * powers * powers.transpose();
    right += data.weight[k] * powers * data.y[k];
  }
  parabola.inverse = normal.inverse();
  parabola.coefficient = normal.ldlt().solve(right);
  for (size_t k = 0; k < data.x.size(); ++k) {
    const double u = data.x[k] - parabola.centre;
    const double fitted = parabola.coefficient.dot(Eigen::Vector3d(1, u, u * u));
    parabola.scatter.squares += data.weight[k] * (data.y[k] - fitted) * (data.y[k] - fitted);
  }
  parabola.scatter.freedom = static_cast<int>(data.x.size()) - 3;
  return parabola;
}

double value_at(const Parabola& parabola, double x) {
  const double u = x - parabola.centre;
  return parabola.coefficient.dot(Eigen::Vector3d(1, u, u * u));
}

/// Standard error of the vertex by the delta method; 0 where no row is left to tell.
double vertex_error(const Parabola& parabola) {
  if (parabola.scatter.freedom < 1) { return 0; }
  const double c1 = parabola.coefficient[1], c2 = parabola.coefficient[2];
  const Eigen::Vector3d slope(0, -1 / (2 * c2), c1 / (2 * c2 * c2));
  const double variance = parabola.scatter.squares / parabola.scatter.freedom;
  return std::sqrt(variance * slope.dot(parabola.inverse * slope));
}

Lowest lowest_of(const Parabola& parabola, double smallest, double largest) {
  if (!(parabola.coefficient[2] > 0)) { return {.refused = "its parabola has no minimum"}; }
  const double x = parabola.centre - parabola.coefficient[1] / (2 * parabola.coefficient[2]);
  Lowest lowest{.x = x, .y = value_at(parabola, x)};
  const double outside = std::max(smallest - x, x - largest);
  lowest.beyond = outside > 0;
  if (outside <= 0) { return lowest; }
  const double reach =
      std::min(kBeyondShare * (largest - smallest), kBeyondErrors * vertex_error(parabola));
  if (outside > reach) {
    lowest.refused = fmt::format("the minimum of its curve is at the edge: below the {} size run",
                                 x < smallest ? "smallest" : "largest");
    if (x > largest) {
      lowest.refused = "the minimum of its curve is at the edge: above the largest size run";
    }
  }
  return lowest;
}

Smoothing smoothing_of(ValleyCurve curve) {
  return curve == ValleyCurve::akima ? Smoothing::akima : Smoothing::cubic;
}

}  // namespace

int sizes_needed(ValleyCurve curve) {
  return curve == ValleyCurve::cubic ? 4 : 3;
}

std::vector<double> search_places(const ValleyData& data) {
  const size_t count = kPlacesPerGap * (data.x.size() - 1);
  std::vector<double> places;
  for (size_t k = 0; k < count; ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(count - 1);
    places.push_back(data.x.front() + share * (data.x.back() - data.x.front()));
  }
  return places;
}

std::vector<double> curve_at(ValleyCurve curve, const ValleyData& data,
                             const std::vector<double>& places) {
  std::vector<double> values;
  if (curve == ValleyCurve::parabola) {
    const Parabola parabola = parabola_of(data);
    for (const double x : places) { values.push_back(value_at(parabola, x)); }
    return values;
  }
  const Interpolant smooth = interpolate(smoothing_of(curve), data.x, data.y);
  for (const double x : places) { values.push_back(value_at(smooth, x)); }
  return values;
}

Lowest lowest_of(ValleyCurve curve, const ValleyData& data) {
  if (curve == ValleyCurve::parabola) {
    const auto [smallest, largest] = std::minmax_element(data.x.begin(), data.x.end());
    return lowest_of(parabola_of(data), *smallest, *largest);
  }
  const std::vector<double> places = search_places(data);
  const std::vector<double> values = curve_at(curve, data, places);
  const auto least = std::min_element(values.begin(), values.end());
  const size_t at = static_cast<size_t>(least - values.begin());
  Lowest lowest{.x = places[at], .y = *least};
  if (at == 0) {
    lowest.refused = "the minimum of its curve is at the edge: the smallest size run";
  }
  if (at + 1 == places.size()) {
    lowest.refused = "the minimum of its curve is at the edge: the largest size run";
  }
  return lowest;
}

Scatter parabola_scatter(const ValleyData& data) {
  return parabola_of(data).scatter;
}

}  // namespace enigma::law
