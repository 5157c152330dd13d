// Smooth curves through points: Akima's and the cubic spline, both as slopes at their knots.
#pragma once

#include <string>
#include <vector>

namespace enigma::law {

enum class Smoothing { akima, cubic };

/// A cubic between every two neighbours, by the values and the slopes at its knots.
struct Interpolant {
  std::vector<double> x, y, slope;
};

/// Through points with strictly increasing x, at least 3 of them (cubic: 4). Akima 1970 with his
/// own end slopes; the cubic spline with the first two and the last two pieces in common ("not a
/// knot").
Interpolant interpolate(Smoothing smoothing, std::vector<double> x, std::vector<double> y);

/// Value at `x` between the first and the last knot; the outer cubics go on beyond.
double value_at(const Interpolant& curve, double x);

}  // namespace enigma::law
