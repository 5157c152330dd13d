// Neurodata Without Borders 2 (HDF5) as a native session.
#pragma once

#include "recordings/import/read_request.h"
#include "recordings/import/session_record.h"

namespace enigma::recordings {

/// Reads one .nwb file (recordings.md 1.3 and the NWB 2 schema):
///   Units                       → `spikes` (seconds, exact) and, where nothing else is,
///   `responses`
///                                 (counts in bins of 1 / bin_hz on the grid k / bin_hz)
///   RoiResponseSeries           → `responses`: the series of one container side by side; a field's
///                                 constant lag becomes its neurons' phase shift
///   EyeTracking, PupilTracking  → `eye_tracker`; a treadmill or running speed → `treadmill`
///   other TimeSeries            → a sequence under their own name
///   interval tables             → `intervals` (time_interval) and trials.json
///   ImageSeries, OpticalSeries, IndexSeries of pictures → `screen`
/// Values are in the file's own units after its conversion; what is not imported is listed.
/// Throws InputError; std::system_error where the disk refuses.
SessionRecord read_nwb(const ReadRequest& request);

}  // namespace enigma::recordings
