// Where a logarithmic axis has its numbers: decades where there are several, else round values.
#pragma once

#include <string>
#include <vector>

namespace enigma::law {

struct Ticks {
  double from = 1, to = 10;  ///< the axis, a little wider than the data
  std::vector<double> major, minor;
};

/// Ticks for data from `low` to `high` (both > 0), about `wanted` of them with a number.
Ticks log_ticks(double low, double high, int wanted);

/// gnuplot's `set xtics (…)`: decimals where they are short, else powers of ten.
std::string tick_command(const Ticks& ticks, char axis);

}  // namespace enigma::law
