// From a fit's basins to what is believed before the next runs.
#pragma once

#include "sweeps/law/design/belief.h"
#include "sweeps/law/design/quantity.h"
#include "sweeps/law/minimize/problem.h"

#include <vector>

namespace enigma::law {

/// Points of rows that could be run, centred as those that a form was fitted to.
Points centred_like(const std::vector<Row>& rows, const std::vector<char>& axes,
                    const Points& points);

/// Shares by evidence: the fit of each basin (Huber's, beyond three standard deviations, so that
/// one outlier decides nothing) and the volume of its parameters. Covariances from the curvature of
/// the rows, with a weak prior: what the rows leave open is known to a factor of e² (one standard
/// deviation). Basins whose quantity is not finite are left out; of none that is, nothing comes
/// back. `basins` are coordinates, the best first.
Beliefs beliefs_of(const Problem& problem, const std::vector<Vector>& basins,
                   const Points& candidates, const Quantity& quantity);

/// Standard deviation of the residuals of `coordinates`: of their middle, so that outliers do not
/// reach it, for the parameters that were fitted, and no less than few rows can vouch for.
double noise_of(const Problem& problem, const Vector& coordinates);

}  // namespace enigma::law
