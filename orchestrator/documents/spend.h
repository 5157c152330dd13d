// The document `spend`: device-hours and dollars by sweep, size and class of failure.
#pragma once

#include "db/store.h"
#include "orchestrator/documents/unknown.h"

#include <optional>
#include <string>

namespace enigma::documents {

/// `rows[]{sweep, size, class, device_hours, usd, wasted_device_hours}` of the attempts of all
/// sweeps, or of one. `class` is that which ended the attempts, null where none failed. Wasted are
/// the hours of steps that were taken back. A run of several sweeps stands in each; `total` counts
/// it once, its dollars at the rate of the first sweep that names one. `ceilings[]{sweep,
/// device_hours, used_device_hours, reserved_device_hours, on_reach, text}` of sweeps that have
/// one.
Json spend(const db::Store& store, const std::optional<std::string>& sweep);

}  // namespace enigma::documents
