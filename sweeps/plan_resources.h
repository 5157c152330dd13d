// What a planned point takes of a machine, and for how long.
#pragma once

#include "sweeps/plan.h"
#include "sweeps/quantity.h"

#include <optional>
#include <utility>
#include <vector>

namespace enigma::sweeps {

/// The rules of a spec, their conditions read once.
class ResourceRules {
 public:
  explicit ResourceRules(const Spec& spec);
  /// The first that holds for the point; null where none does.
  const ResourceRule* first(const SweepPoint& point);

 private:
  std::vector<std::pair<const ResourceRule*, std::optional<PointCondition>>> rules_;
};

/// Nodes and devices by the first rule that holds, and the memory of one rank on them.
void set_resources(PlannedPoint& planned, ResourceRules& rules);

/// Device-hours where a speed is known (FLOP/s `measured` for points like this one, or a stated
/// one), and dollars where a price is: the spec's, else that of the site on the day.
void set_hours(PlannedPoint& planned, const std::optional<double>& measured, const Spec& spec,
               const Surroundings& surroundings);

/// Dollars of a device-hour: the spec's, else the site's on the day; nothing where neither says.
std::optional<double> price_of(const Spec& spec, const Surroundings& surroundings);

/// What the rules ask for and the site does not have.
std::vector<Diagnostic> check_site(const Spec& spec, const Site& site);

}  // namespace enigma::sweeps
