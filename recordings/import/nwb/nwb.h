// Neurodata Without Borders 2 (HDF5) as a native session.
#pragma once

#include "recordings/import/read_request.h"
#include "recordings/import/session_record.h"

namespace enigma::recordings::importer::nwb {

/// Reads one .nwb file (recordings.md 1.3 and the NWB 2 schema):
///   Units                       → `spikes` (seconds, exact) and, where nothing else is,
///                                 `responses` (counts in bins of 1 / bin_hz on the grid k /
///                                 bin_hz)
///   RoiResponseSeries           → `responses`: one kind of trace (see nwb_traces.h), the fields of
///                                 a container side by side, a field's constant lag as phase shift
///   EyeTracking, PupilTracking  → `eye_tracker`; a running speed → `treadmill` (nwb_treadmill.h)
///   other TimeSeries            → a sequence under their own name
///   interval tables             → `intervals` (time_interval) and trials.json
///   ImageSeries, OpticalSeries, IndexSeries of pictures → `screen`
/// Values are in the file's own units after its conversion, and meta.yml's `unit` says which;
/// integers of tables stay integers. What is not imported is listed. Rows of invalid_times are NaN
/// in every sequence, bins outside a unit's obs_intervals are NaN for that unit. Links are followed
/// into files in the folder of the source or below it, which then belong to the source; any other
/// link is refused with its place and its file, and so is a clock that jumps.
/// Throws InputError; std::system_error where the disk refuses.
SessionRecord read_nwb(const ReadRequest& request);

}  // namespace enigma::recordings::importer::nwb
