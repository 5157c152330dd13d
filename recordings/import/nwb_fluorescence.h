// NWB's RoiResponseSeries: fluorescence of segmented neurons, field by field.
#pragma once

#include "recordings/import/nwb_file.h"

namespace enigma::recordings {

/// Writes one sequence a container: `responses` from deconvolved activity where there is some, else
/// from dF/F, else from raw fluorescence, which is imported as what it is and said so; the others
/// under their containers' names. The series of a container (imaging fields) stand side by side on
/// the clock of the longest; a constant lag of a field becomes its neurons' phase shift.
void import_nwb_fluorescence(NwbImport& import);

}  // namespace enigma::recordings
