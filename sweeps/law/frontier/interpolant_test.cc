// Values against closed forms: a cubic is its own spline, a straight line is its own everything.
#include "sweeps/law/frontier/interpolant.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace enigma::law;

TEST_CASE("interpolant: both curves pass through their knots") {
  const std::vector<double> x = {0, 1, 2.5, 3, 5, 7}, y = {3, 1, 0.5, 0.7, 2, 2};
  for (const Smoothing smoothing : {Smoothing::akima, Smoothing::cubic}) {
    const Interpolant curve = interpolate(smoothing, x, y);
    for (size_t k = 0; k < x.size(); ++k) {
      CHECK(value_at(curve, x[k]) == doctest::Approx(y[k]).epsilon(1e-12));
    }
  }
}

TEST_CASE("interpolant: the spline of a cubic is the cubic, with four knots and with more") {
  const auto cubic = [](double x) { return 2 + x * (-1 + x * (0.5 - 0.1 * x)); };
  for (const std::vector<double>& x :
       {std::vector<double>{-1, 0.5, 2, 3}, std::vector<double>{-1, 0, 0.7, 2, 2.2, 4}}) {
    std::vector<double> y;
    for (const double place : x) { y.push_back(cubic(place)); }
    const Interpolant curve = interpolate(Smoothing::cubic, x, y);
    for (double place = -1; place <= 3; place += 0.1) {
      CHECK(value_at(curve, place) == doctest::Approx(cubic(place)).epsilon(1e-10));
    }
  }
}

TEST_CASE("interpolant: Akima's slopes ignore a far outlier and keep a straight line straight") {
  const Interpolant straight = interpolate(Smoothing::akima, {0, 1, 2, 3, 4}, {1, 3, 5, 7, 9});
  CHECK(value_at(straight, 2.3) == doctest::Approx(5.6));
  const Interpolant bent =
      interpolate(Smoothing::akima, {0, 1, 2, 3, 4, 5, 6}, {0, 0, 0, 0, 10, 0, 0});
  CHECK(value_at(bent, 1.5) == doctest::Approx(0).epsilon(1e-12));
}
