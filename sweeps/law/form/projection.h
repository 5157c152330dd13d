// Where to start: even spreads of the parameters that are not linear, and the coefficients that
// go with them.
#pragma once

#include "sweeps/law/table/points.h"

#include <vector>

namespace enigma::law {

/// exp of this is 0 beside any loss: the coordinate of a coefficient that is held at 0.
constexpr double kLogOfNothing = -600;
/// Exponents beyond exp of this are vertical walls; the limit keeps exp() finite.
constexpr double kLogExponentLimit = 5;
/// Where starts of exponents begin and end: published ones lie between 0.05 and 1.
constexpr double kExponentFrom = 0.04, kExponentTo = 2.5;

double log_or_nothing(double value);

/// An exponent from its coordinate.
double exponent_of(double coordinate);

/// `count` points spread evenly over the unit cube of `dimensions`: a lattice in the first, the
/// additive recurrence of Roberts (2018) in the others.
std::vector<Vector> even_spread(int count, int dimensions);

/// from·(to/from)^share.
double between(double from, double to, double share);

/// Logs of the coefficients >= 0 that bring Σ_k c_k·column_k closest to `target`, in relative
/// error. One that comes out as 0 is a hundredth of the least target, so that it can grow.
Vector log_coefficients(const std::vector<Eigen::ArrayXd>& columns, const Eigen::ArrayXd& target,
                        const Eigen::ArrayXd& weight);

/// exp(scale·column).
Eigen::ArrayXd exponential(const Eigen::ArrayXd& column, double scale);

}  // namespace enigma::law
