// Columns in which some rows seem to stand in another unit than the rest: parameters in millions,
// tokens in billions, losses in bits. Outliers can look the same, so it is a suspicion to be told.
#pragma once

#include "sweeps/law/fit/refit.h"

#include <optional>
#include <string>

namespace enigma::law {

/// Found where it can be found honestly: C/(N·D) comes in two heaps a power of a thousand apart; or
/// an axis has a gap far wider than any other, and with the rows below it multiplied by a power of
/// a thousand the law fits far better; or rows fit far better with their losses in the other of
/// bits and nats. Nothing where none of that holds; else a warning.
std::optional<std::string> mixed_units(const Fit& fit, const FitOptions& options);

}  // namespace enigma::law
