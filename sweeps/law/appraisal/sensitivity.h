// What the answer owes to choices: the objective's δ, the objective itself, the rows left out.
#pragma once

#include "sweeps/law/fit/refit.h"

namespace enigma::law {

struct Variant {
  std::string choice;  ///< e.g. "huber:1e-4", "l2", "without the tenth of rows with least compute"
  int n_used = 0;
  std::optional<Refit> refit;
};

/// Huber δ at a tenth and at ten times the chosen one and at the robust residual deviation; l1; l2;
/// without the tenth of the rows with the least compute, and without that with the highest losses.
std::vector<Variant> sensitivity_of(const Fit& fit, const FitOptions& options, double residual_sd);

/// One sentence where the exponent of the optimum moves by more than its interval is wide.
std::vector<std::string> sensitivity_warnings(const Fit& fit, const std::vector<Variant>& variants);

}  // namespace enigma::law
