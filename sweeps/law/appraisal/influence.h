// How much of a fit hangs on single runs: what each would change if it were left out, and which
// lie too far from the law to be its noise.
#pragma once

#include "sweeps/law/fit/refit.h"

namespace enigma::law {

/// One unit left out and the law fitted again.
struct LeftOut {
  std::string id;
  Vector values;            ///< parameters without it
  std::optional<double> a;  ///< exponent of the optimum without it
  double shift = 0;         ///< largest change of an identified parameter, in its standard errors
};

struct Outlier {
  std::string id;
  double residual = 0;    ///< log(predicted / loss), or predicted − loss
  double deviations = 0;  ///< |residual| in robust standard deviations
};

struct Influence {
  std::vector<LeftOut> most;      ///< the five that change most, the first most
  int left_out = 0;               ///< units that were tried
  double residual_sd = 0;         ///< robust standard deviation of the residuals
  std::vector<Outlier> outliers;  ///< farther than five of it, the first farthest
  std::optional<Refit> without;   ///< the fit without all outliers
};

Influence influence_of(const Fit& fit, const FitOptions& options);

/// Sentences where single runs or outliers decide the answer.
std::vector<std::string> influence_warnings(const Fit& fit, const Influence& influence);

}  // namespace enigma::law
