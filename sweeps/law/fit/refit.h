// A fit asked again with something changed: other rows, another objective. What is asked of it is
// only its estimate, from the estimate that is known and, where asked, from other starts.
#pragma once

#include "sweeps/law/fit/fit.h"

namespace enigma::law {

/// Rows as one unit of what can be left out: a cluster (group), or a row without one.
struct Unit {
  std::string id;            ///< of the group, or of the row
  std::vector<size_t> rows;  ///< indices into fit.rows
};
std::vector<Unit> units_of(const Fit& fit);

/// Estimate of the fit's form on `rows` under `objective`.
struct Refit {
  Vector values;            ///< in the order of the fit's parameters
  std::optional<double> a;  ///< exponent of the optimum, where the form has one
  double objective = 0;     ///< comparable between fits of as many rows
  bool converged = false;
};

/// From `starts` other places as well as from the fit's own; nothing where the rows are too few.
std::optional<Refit> refit(const Fit& fit, const FitOptions& options, const std::vector<Row>& rows,
                           const Objective& objective, int starts);

/// log(predicted / loss) of each row; predicted − loss under a linear space.
std::vector<double> residuals_of(const Fit& fit, const FitOptions& options);

/// 1.4826 times the median distance from the median: the standard deviation of a normal sample
/// that outliers do not reach. 0 of an empty list.
double robust_sd(std::vector<double> values);

}  // namespace enigma::law
