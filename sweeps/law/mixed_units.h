// Columns in which some rows stand in another unit than the rest: parameters in millions, tokens in
// billions, losses in bits. A law of such a table would be a confident wrong number.
#pragma once

#include "sweeps/law/refit.h"

namespace enigma::law {

/// Found where it can be found honestly: C/(N·D) comes in two heaps a power of a thousand apart; or
/// an axis has a gap far wider than any other, and with the rows below it multiplied by a power of
/// a thousand the law fits far better; or rows fit far better with their losses in the other of
/// bits and nats. Nothing where none of that holds.
std::optional<Diagnostic> mixed_units(const Fit& fit, const FitOptions& options);

}  // namespace enigma::law
