// What a planned point takes of a machine, and for how long.
#pragma once

#include "sweeps/plan.h"

#include <set>
#include <vector>

namespace enigma::sweeps {

/// Nodes and devices by the first rule that holds. A rule whose condition cannot be read is a
/// diagnostic, once: `faulty` remembers which.
std::vector<Diagnostic> set_resources(PlannedPoint& planned, const Spec& spec,
                                      std::set<size_t>& faulty);

/// Device-hours and their price, where a speed is known.
void set_hours(PlannedPoint& planned, const Spec& spec, const Speeds& speeds);

}  // namespace enigma::sweeps
