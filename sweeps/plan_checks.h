// What can be wrong with a point once its cost is known.
#pragma once

#include "sweeps/plan.h"

#include <vector>

namespace enigma::sweeps {

/// Whole steps must come near the budget, and hold warm-up and decay.
std::vector<Diagnostic> check_steps(const Spec& spec, const PlannedPoint& planned);

}  // namespace enigma::sweeps
