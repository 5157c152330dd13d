// Profile intervals: how far one parameter can go, all others refitted, before the data object.
// "Never" is an answer: the interval is then open on that side.
#pragma once

#include "sweeps/law/minimize/estimate.h"

#include <optional>

namespace enigma::law {

/// Limits in the file's units; nothing where the profile does not close inside the domain.
struct ProfileInterval {
  std::optional<double> low, high;
  /// Set where a refit on the way was better than the estimate: the estimate was not the minimum.
  std::optional<Minimum> better;
};

/// How strongly the rows pull at a minimum: what curvature is turned into uncertainty by.
struct Spread {
  double square = 0;   ///< E ψ² of a row, those of one cluster counted as their sum, unbiased
  double slope = 0;    ///< E ψ′, by a difference over the width of the residuals
  double freedom = 1;  ///< clusters − free parameters
};
Spread spread_of(const Problem& problem, const Value& value);

/// The same of any residuals of the problem's rows, about `parameters` fitted numbers.
Spread spread_of(const Problem& problem, const Eigen::ArrayXd& residual, int parameters,
                 double student_width);

/// Rise of the objective (weights of mean 1) that `level` allows: t²·var(psi) / (2·E psi'),
/// the robust likelihood-ratio test (Heritier & Ronchetti 1994), with E ψ′ by a difference over
/// the width of the residuals, t for (rows or clusters) − parameters degrees of freedom, and rows
/// of one cluster counted as their sum.
double allowed_rise(const Problem& problem, const Minimum& minimum, double level);
double allowed_rise(const Spread& spread, double level);

/// Profile of parameter `index` of the form.
ProfileInterval profile(const Problem& problem, const std::vector<Hold>& holds,
                        const Minimum& minimum, size_t index, double rise);

}  // namespace enigma::law
