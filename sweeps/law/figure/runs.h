// What all kinds of figures share: runs as marks by size and subset, the fits that belong to
// them, and the words for axes.
#pragma once

#include "sweeps/law/figure/figure.h"

#include <functional>

namespace enigma::law {

/// C, else 6ND; NaN without either.
double flops_of(const Row& row);

/// Subsets in the order of the study (little data first), then by name.
std::vector<std::string> subsets_of(const FigureInput& input);

/// Every fit with the group it belongs to: the groups' own, or else the one over all rows.
std::vector<std::pair<std::string, const Fit*>> fits_of(const FigureInput& input);

/// Throws InputError where the form is not one formula of the loss (envelope, isoFLOP), FitRefused
/// with the reason where nothing was fitted.
void require_formula(const FigureInput& input, const std::string& kind);

/// Losses that `values` of the fit's form predict for rows.
std::vector<double> losses_at(const Fit& fit, const Vector& values, const std::vector<Row>& rows);

/// One series a size and subset, by size, then subset; each sorted by x.
std::vector<Series> run_series(const FigureInput& input, const SizeScale& scale,
                               const std::vector<Row>& rows,
                               const std::function<double(const Row&)>& x,
                               const std::function<double(const Row&)>& y);

/// Marks of runs: smaller where there are many, joined where `joined` and sizes are few.
Look run_look(const SizeScale& scale, double n, size_t subset, size_t rows, bool joined);

/// Legends of sizes (`joined` as their runs are) and of subsets, whose keys have a line where the
/// figure's lines are theirs.
void add_run_legends(const FigureInput& input, const SizeScale& scale, bool joined, bool lines,
                     Picture& picture);

/// The label of axis 'N', 'D', 'C' or 'U', from the file's column.
std::string label_of(const FigureInput& input, char axis);

/// The loss with its label; a logarithmic axis unless a loss is not positive.
Axis loss_axis(const FigureInput& input);

/// "95 %".
std::string percent_text(double share);

}  // namespace enigma::law
