// What a planned point takes of a machine, and for how long.
#pragma once

#include "sweeps/plan.h"

#include <optional>
#include <set>
#include <vector>

namespace enigma::sweeps {

/// Nodes and devices by the first rule that holds. A rule whose condition cannot be read is a
/// diagnostic, once: `faulty` remembers which.
std::vector<Diagnostic> set_resources(PlannedPoint& planned, const Spec& spec,
                                      std::set<size_t>& faulty);

/// Device-hours where a speed is known, and dollars where a price is: the spec's, else that of the
/// site on the day.
void set_hours(PlannedPoint& planned, const Spec& spec, const Surroundings& surroundings);

/// Dollars of a device-hour: the spec's, else the site's on the day; nothing where neither says.
std::optional<double> price_of(const Spec& spec, const Surroundings& surroundings);

/// What the rules ask for and the site does not have.
std::vector<Diagnostic> check_site(const Spec& spec, const Site& site);

}  // namespace enigma::sweeps
