// Refits on resampled rows: the spread of everything that is computed from a fit.
#pragma once

#include "sweeps/law/minimize/estimate.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace enigma::law {

/// by_case draws rows, by_cluster whole groups. residual keeps the rows and draws new losses about
/// the fit: smoothed residuals. seed draws new losses about the mean of runs that are equal on
/// every axis: the noise of their seeds alone.
enum class Resampling { none, by_case, by_cluster, residual, seed };

struct BootstrapPlan {
  Resampling kind = Resampling::by_case;
  int resamples = 1000;
  int other_starts = 9;  ///< of each refit, beside the estimate
};

/// Reads `case:4000`, `cluster:4000`, `residual:4000`, `seed:4000`, `none`.
Parsed<BootstrapPlan> parse_bootstrap(std::string_view text);
std::string name_of(Resampling kind);

struct Refits {
  std::vector<Vector> values;  ///< converged refits only, in the file's units
  int resamples = 0;
  int converged = 0;
};

/// Each resample is fitted from the estimate, from the best of a grid of other starts, and from
/// every one of `basins` that its rows could make the lowest. Resample k depends on (seed, k)
/// alone. Throws InputError where seeds are to be drawn and no two runs are equal on the axes.
Refits bootstrap(const Problem& problem, const std::vector<Hold>& holds, const Minimum& minimum,
                 const std::vector<Basin>& basins, const BootstrapPlan& plan, uint64_t seed,
                 int threads);

/// The share of refits to leave out at each end for an interval of `level`. Refits of few rows
/// are too close together where the objective is smooth, and too far apart where it has a corner
/// inside its residuals: the normal quantile z is multiplied by n/(n − p)·t/z for the first and
/// divided by 1 + 3·p/n·(share of the pull that comes from beyond the corner) for the second.
/// tests/bench/results/coverage.md has the coverage that this gives.
double tail_probability(const Problem& problem, const Minimum& minimum, Resampling kind,
                        double level);

/// Quantile of `values` by linear interpolation; nothing of an empty list.
std::optional<double> quantile(std::vector<double> values, double probability);

}  // namespace enigma::law
