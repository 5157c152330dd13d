// NWB's Units: spike times of sorted neurons.
#pragma once

#include "recordings/import/nwb/nwb_file.h"
#include "recordings/import/nwb/nwb_trials.h"

namespace enigma::recordings::importer::nwb {

/// Writes `spikes` (every spike time, exactly) and, where `responses` is still free, counts: row b
/// holds the spikes of [b / bin_hz, (b + 1) / bin_hz) as float16 (float32 beyond 2,048 a bin).
/// Trained models need rows on a clock and this file has none; the bins are those of the grid
/// through 0, so that sessions and trials on it agree, and the exact times stand beside them.
void import_nwb_units(NwbImport& import, const std::vector<NwbTrial>& trials);

}  // namespace enigma::recordings::importer::nwb
