// What one more doubling would bring: of unique data, and of parameters. Read off pairs of runs
// where the sweep has them, else off the fitted law.
#pragma once

#include "sweeps/law/fit/fit.h"

#include <nlohmann/json.hpp>

namespace enigma::law {

struct Doubling {
  double change = 0;                ///< of the loss, relative: −0.02 = 2 % lower
  std::optional<double> low, high;  ///< at the fit's level
  std::optional<double> se;         ///< over the pairs
  int pairs = 0;                    ///< 0: from the law
};

struct Doublings {
  std::optional<Doubling> data;  ///< unique data where it varies, else data
  std::optional<Doubling> size;  ///< parameters
  bool unique = false;           ///< `data` is unique data (session subsets)
  std::string sentence;          ///< the comparison in words; empty where nothing is known
};

/// Pairs: runs of equal size at their largest common budget on subsets of different unique data;
/// runs of neighbouring sizes at the largest budget that they share on one subset. A law gives the
/// same at its optimum for `flops`: twice the data at that size, twice the size on that data; where
/// it has no optimum, what its verdict rests on stands for the size.
Doublings doublings_of(const Fit& fit, const std::vector<Row>& rows, double flops);

nlohmann::ordered_json to_json(const Doublings& doublings);

}  // namespace enigma::law
