// How the intervals of a fit were made, in the words that every account of it uses.
#pragma once

#include <string>

namespace enigma::law {

struct Fit;

/// "profile", "case bootstrap, calibrated percentile", … or the isoFLOP vertices' Student t; where
/// too few refits converged, "profile (901 of 1000 case refits converged)".
std::string interval_method(const Fit& fit);

}  // namespace enigma::law
