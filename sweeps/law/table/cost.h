// FLOPs as a function of size and data: what turns a law into a compute-optimal size.
#pragma once

#include "sweeps/law/table/table.h"

#include <optional>
#include <string>

namespace enigma::law {

/// C = coefficient · N^exponent_n · D. The default is C = 6ND (Kaplan et al. 2020).
struct Cost {
  double coefficient = 6;
  double exponent_n = 1;
  bool measured = false;  ///< fitted to the sweep's own FLOPs, not assumed
};

/// Least squares of log(C/D) on log N: the sweep's own FLOPs. Nothing with fewer than two sizes.
std::optional<Cost> measured_cost(const Table& table);

/// True where the table's FLOPs are 6ND for every row, as exactly as tables print them, or unknown.
bool is_six_nd(const Table& table);

/// `6ND`, or the fitted expression.
std::string relation_of(const Cost& cost);

/// The same as an equation, and where it is from.
std::string formula_of(const Cost& cost);

}  // namespace enigma::law
