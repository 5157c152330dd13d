// Refits on resampled rows: the spread of everything that is computed from a fit.
#pragma once

#include "sweeps/law/estimate.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace enigma::law {

enum class Resampling { none, by_case, by_cluster };

struct BootstrapPlan {
  Resampling kind = Resampling::by_case;
  int resamples = 1000;
};

/// Reads `case:4000`, `cluster:4000`, `none`.
Parsed<BootstrapPlan> parse_bootstrap(std::string_view text);

struct Refits {
  std::vector<Vector> values;  ///< converged refits only, in the file's units
  int resamples = 0;
  int converged = 0;
};

/// Each resample is fitted from the estimate and from the best of a grid of other starts.
/// Resample k depends on (seed, k) alone.
Refits bootstrap(const Problem& problem, const std::vector<Hold>& holds, const Minimum& minimum,
                 const BootstrapPlan& plan, uint64_t seed, int threads);

/// Quantile of `values` by linear interpolation; nothing of an empty list.
std::optional<double> quantile(std::vector<double> values, double probability);

}  // namespace enigma::law
