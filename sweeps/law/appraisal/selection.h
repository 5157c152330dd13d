// Which form the data prefer: by extrapolation from below several cuts of compute, with AICc beside
// it; and "undetermined" where the two cannot tell.
#pragma once

#include "sweeps/law/fit/fit.h"

namespace enigma::law {

struct Candidate {
  std::string form;
  int parameters = 0;                  ///< free ones
  std::optional<double> aicc;          ///< of all rows; smaller is better
  std::vector<Extrapolation> cuts;     ///< in order of the cut
  std::optional<double> mean_abs_rel;  ///< over the cuts
};

struct Selection {
  std::vector<Candidate> candidates;
  std::string chosen;  ///< empty: undetermined
  std::string sentence;
};

/// At most five cuts with 40 to 85 % of the rows below each, at the widest gaps of compute there.
std::vector<double> rolling_cuts(const std::vector<Row>& rows, const std::vector<char>& axes);

/// The fit's form against the others that fit the same axes (those of one axis among themselves).
Selection select_form(const Fit& fit, const FitOptions& options);

/// Akaike's criterion corrected for few rows, of residuals that are Laplace for robust objectives
/// and normal for l2. Nothing with parameters + 2 rows or fewer.
std::optional<double> aicc(const std::vector<double>& residuals, int parameters, bool laplace);

}  // namespace enigma::law
