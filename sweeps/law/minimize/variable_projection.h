// A quick way from a far start to the sum of squares: variable projection. What is linear is solved
// for at every step, so that the search is over the exponents alone (Golub & Pereyra 1973).
#pragma once

#include "sweeps/law/minimize/minimize.h"

namespace enigma::law {

/// The problem with relative squared errors as its objective: smooth, and linear in E, A and B.
Problem smoothed(const Problem& problem);

/// Gauss–Newton steps in what is not linear, damped (Marquardt 1963), with the offset and the
/// coefficients at their best for it; from `smoothed`'s own problem. Where a coefficient would
/// become negative its log is stepped like the rest.
Minimum minimize_projected(const Problem& smooth, const Vector& start, const Effort& effort);

}  // namespace enigma::law
