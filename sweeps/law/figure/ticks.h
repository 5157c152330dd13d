// Where an axis has its numbers: decades where there are several, else round values.
#pragma once

#include "sweeps/law/figure/picture.h"

#include <string>
#include <utility>
#include <vector>

namespace enigma::law {

struct Ticks {
  double from = 1, to = 10;  ///< the axis, a little wider than the data
  Scale scale = Scale::log;
  std::vector<double> major, minor;
};

/// Ticks for data from `low` to `high` (both > 0), at most about `wanted` of them with a number.
Ticks log_ticks(double low, double high, int wanted);

/// The same on a linear axis.
Ticks linear_ticks(double low, double high, int wanted);

/// Every major tick with its text: decimals where they are short, else powers of ten.
std::vector<std::pair<double, std::string>> tick_texts(const Ticks& ticks);

/// Decades, or 1-3 or 1-2-5 steps within them, from `low` to `high`: at most `most` of them.
std::vector<double> round_values(double low, double high, int most);

}  // namespace enigma::law
