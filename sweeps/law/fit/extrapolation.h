// The honest test of a law: fitted below a cut of compute, scored above it.
#pragma once

#include "sweeps/law/minimize/estimate.h"

#include <optional>

namespace enigma::law {

struct Extrapolation {
  double cut = 0;  ///< FLOPs (or the form's only axis): rows below are fitted
  int n_train = 0, n_test = 0;
  double mean_abs_rel = 0, max_abs_rel = 0;  ///< of predicted / loss − 1 over the rest
  Vector values;                             ///< of the fit below the cut
};

/// What a row is ordered by: C, else 6ND, else the form's own axis.
double compute_of(const Row& row, const std::vector<char>& axes);

/// The widest gap of log compute that leaves 15 to 45 % of the rows above it.
std::optional<double> natural_cut(const std::vector<Row>& rows, const std::vector<char>& axes);

/// Nothing where too few rows lie below the cut, or none above.
std::optional<Extrapolation> extrapolate(const Form& form, const std::vector<Row>& rows,
                                         const std::vector<char>& axes, const Objective& objective,
                                         const std::vector<Hold>& holds, double cut, int starts,
                                         int threads);

}  // namespace enigma::law
