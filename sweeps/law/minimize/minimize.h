// Two ways down to a minimum that share nothing but the objective: quasi-Newton (BFGS) and
// iteratively reweighted least squares (Levenberg–Marquardt). Each certifies the other.
#pragma once

#include "sweeps/law/minimize/problem.h"

namespace enigma::law {

struct Minimum {
  Vector coordinates;
  double objective = 0;  ///< sum of weight·ρ with weights of mean 1
  double size = 0;       ///< what differences of the objective are measured by (see Value)
  double relative_gradient = 1;
  int iterations = 0;
  bool converged = false;  ///< relative gradient below 1e-5, or no descent left to rounding
};

struct Effort {
  double tolerance = 1e-9;  ///< of the relative gradient
  int iterations = 400;
};

/// BFGS with a weak Wolfe line search (Lewis & Overton 2013), started from the curvature of the
/// reweighted problem and started again from there when it stalls.
Minimum minimize(const Problem& problem, const Vector& start, const Effort& effort = {});

/// Levenberg–Marquardt on weights ψ(r)/r.
Minimum minimize_by_reweighting(const Problem& problem, const Vector& start,
                                const Effort& effort = {1e-9, 2000});

/// A minimum that does not call itself converged, taken on by both algorithms in turn until a whole
/// round brings less than 1e-7 of the objective: objectives with corners have gradients up to the
/// last, so that what counts is the decrease that is still to be had.
Minimum settled(const Problem& problem, Minimum minimum);

}  // namespace enigma::law
