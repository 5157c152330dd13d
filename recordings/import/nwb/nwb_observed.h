// When an NWB file says that something was observed, and when not.
#pragma once

#include "recordings/import/nwb/nwb_table.h"
#include "recordings/import/nwb/nwb_trials.h"
#include "recordings/import/time_span.h"

#include <optional>
#include <vector>

namespace enigma::recordings::importer::nwb {

/// Rows of the tables named invalid_times, joined. Throws Hdf5Error where a row is no stretch.
std::vector<TimeSpan> invalid_times_of(const std::vector<NwbTrial>& trials);

/// Per unit, when it was observed, joined; nothing where `obs_intervals` does not say. Throws
/// Hdf5Error where an interval is none.
std::vector<std::optional<std::vector<TimeSpan>>> observed_times_of(const NwbTable& units);

}  // namespace enigma::recordings::importer::nwb
