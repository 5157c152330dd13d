// The forms that read the compute-optimal frontier off the rows, without a surface: `envelope` and
// `isoflop:*`. They answer with the same struct as the fitted forms.
#pragma once

#include "sweeps/law/fit/fit.h"

#include <string>
#include <string_view>
#include <vector>

namespace enigma::law {

/// True for `envelope` and `isoflop:parabola|akima|cubic`.
bool is_frontier(std::string_view form);
std::vector<std::string> frontier_names();

/// Rows with N, loss and C; C = 6ND where only N and D are mapped, D = C/(6N) where only N and C.
/// Throws InputError for axes that are missing or parameters held, FitRefused for rows too few.
Fit frontier_fit(const MappedTable& mapped, const FitOptions& options, const Cost& cost);

/// Best size and data for `flops` on the frontier, with the loss where it lies inside the data; NaN
/// where the lines do not tell. REQUIRES: a fit of these forms.
Place frontier_place(const Fit& fit, double flops);

/// Rows that a fit rests on: of isoFLOP those of the budgets that have a vertex.
size_t rows_used(const Fit& fit);

}  // namespace enigma::law
