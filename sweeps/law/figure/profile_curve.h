// The curve behind a profile interval: the objective with one parameter held, all others refitted.
#pragma once

#include "sweeps/law/fit/fit.h"

#include <vector>

namespace enigma::law {

struct ProfileCurve {
  std::string parameter;
  double minimum = 0;                             ///< of the objective (weights of mean 1)
  double rise = 0;                                ///< that the fit's level allows above it
  std::vector<std::pair<double, double>> points;  ///< value, objective; by value
};

/// Curves of the parameters that are free, from the estimate out to three times the allowed rise or
/// to the end of the parameter's domain.
std::vector<ProfileCurve> profile_curves(const Fit& fit, const FitOptions& options);

}  // namespace enigma::law
