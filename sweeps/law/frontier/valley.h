// One valley's curve and its lowest point, in log n and in the space in which losses are compared.
#pragma once

#include "sweeps/law/frontier/isoflop.h"

namespace enigma::law {

/// One budget's sizes and losses. For interpolants x increases strictly.
struct ValleyData {
  std::vector<double> x;  ///< log n
  std::vector<double> y;  ///< loss, or its log
  std::vector<double> weight;
};

struct Lowest {
  double x = 0, y = 0;
  bool beyond = false;  ///< outside the x of the data
  std::string refused;  ///< why it is none
};

/// Sizes that a curve needs.
int sizes_needed(ValleyCurve curve);

/// The curve's lowest point. A parabola's may lie outside the sizes by a quarter of their width if
/// its standard error reaches back in: noise, not the data's shape, has put it there.
Lowest lowest_of(ValleyCurve curve, const ValleyData& data);

/// The curve at `places`.
std::vector<double> curve_at(ValleyCurve curve, const ValleyData& data,
                             const std::vector<double>& places);

/// Places at which an interpolant's lowest point is looked for.
std::vector<double> search_places(const ValleyData& data);

/// Sum of squared residuals of the data's parabola, and the degrees of freedom left.
struct Scatter {
  double squares = 0;
  int freedom = 0;
};
Scatter parabola_scatter(const ValleyData& data);

}  // namespace enigma::law
