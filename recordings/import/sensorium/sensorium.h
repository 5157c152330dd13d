// Trial folders of the Sensorium competitions (recordings.md 1.2) as native sessions.
#pragma once

#include "recordings/import/read_request.h"
#include "recordings/import/session_record.h"

namespace enigma::recordings::importer::sensorium {

enum class SensoriumYear { static_2022, dynamic_2023 };

/// Reads `<key>/data/*` and `<key>/meta/*`. The times of the trials were not published: they stand
/// in the order of their files on one clock; those of tier "none" are left out, as the published
/// loader leaves them out.
///   2022: one row a trial at 2 Hz, the picture on for its half second.
///   2023: 30 Hz, each trial up to its first NaN in any of its arrays; after each trial one blank
///   frame over rows of zeros, so that no window of one tier joins two trials.
/// Throws InputError with every wrong file; std::system_error where the disk refuses.
SessionRecord read_sensorium(const ReadRequest& request, SensoriumYear year);

}  // namespace enigma::recordings::importer::sensorium
