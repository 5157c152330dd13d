// NWB's RoiResponseSeries: fluorescence of segmented neurons, field by field.
#pragma once

#include "recordings/import/nwb/nwb_file.h"

namespace enigma::recordings::importer::nwb {

/// Writes `responses` from one kind of trace: deconvolved activity where there is some, else dF/F,
/// denoised or raw fluorescence (imported as what it is and said so), or what --trace names; other
/// traces of the same neurons are left out, other neurons stand under their containers' names. The
/// series of a container (imaging fields) stand side by side on the clock of the longest; a
/// constant lag of a field becomes its neurons' phase shift.
void import_nwb_fluorescence(NwbImport& import);

}  // namespace enigma::recordings::importer::nwb
