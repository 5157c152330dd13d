// From numbers to words: what a fit says, or the reason why it says nothing.
#pragma once

#include "sweeps/law/fit/fit.h"

namespace enigma::law {

/// Code and sentence, from the parameters' verdicts, the ladders and the effect of size.
Verdict verdict_of(const Fit& fit);

/// Warnings that stand beside a verdict: uneven ladders, starts that disagree, edges, drift.
std::vector<std::string> warnings_of(const Fit& fit);

/// "a, b and c".
std::string listed(const std::vector<std::string>& names);

}  // namespace enigma::law
