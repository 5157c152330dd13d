// NWB's image series: what was on the screen.
#pragma once

#include "recordings/import/nwb/nwb_file.h"
#include "recordings/import/nwb/nwb_trials.h"

#include <set>
#include <string>
#include <vector>

namespace enigma::recordings::importer::nwb {

/// Series whose frames an IndexSeries shows, without links: they are no presentation themselves.
std::set<std::string> nwb_templates(const NwbImport& import);

/// Writes `screen` from the one image series that is the stimulus: of those in
/// stimulus/presentation, else of those in acquisition (never two-photon or camera files outside
/// the file), the one with most frames; the others are listed as left out.
///   Frames [T, H, W], or [T, W, H] where `dimension` (x, y) or an OpticalSeries says so, become
///   one film a trial (start ≤ timestamp < stop) and one for each stretch between, without a tier.
///   An IndexSeries becomes one picture a presentation, up to its trial's end.
void import_nwb_screen(NwbImport& import, const std::vector<NwbTrial>& trials);

}  // namespace enigma::recordings::importer::nwb
