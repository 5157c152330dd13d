// Which of a file's series is the speed of the treadmill.
#pragma once

#include "recordings/import/nwb/nwb_file.h"

#include <optional>
#include <string>

namespace enigma::recordings::importer::nwb {

/// Of the series that are named for running, the one that is a speed: by its unit (a length over a
/// time), else, where the file states none, by its name. Rotations, positions and voltages are
/// none. A stated unit goes before none, what was processed before what was acquired, and what is
/// not named raw before what is.
std::optional<std::string> nwb_treadmill(const NwbImport& import,
                                         const std::vector<NwbObject>& series);

/// Whether a unit is a length over a time: "cm/s", "m s^-1", "meters per second".
bool is_unit_of_speed(const std::string& unit);
/// Whether the file says nothing with it: "", "n.a.", "a.u.", "unknown".
bool is_no_unit(const std::string& unit);

}  // namespace enigma::recordings::importer::nwb
