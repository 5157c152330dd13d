// Which series of fluorescence hold other neurons, and which are other traces of the same ones.
#pragma once

#include "recordings/import/nwb/nwb_file.h"

#include <string>
#include <vector>

namespace enigma::recordings::importer::nwb {

/// In the order of preference.
enum class TraceKind { deconvolved, dff, denoised, raw, neuropil, baseline };

/// Series of one container and one kind whose neurons differ: they stand side by side.
struct NwbTraceSet {
  std::string container;  ///< its place
  TraceKind kind = TraceKind::raw;
  std::vector<NwbObject> fields;
};

/// "raw fluorescence", "dF/F", …
std::string quantity_of(TraceKind kind);

/// The first set is what responses are made of: the one that --trace names, else the one of the
/// first kind. Of every later set the series that refer to rows of a table which a set before them
/// refers to are the same neurons once more, and are listed as left out.
std::vector<NwbTraceSet> nwb_trace_sets(NwbImport& import);

}  // namespace enigma::recordings::importer::nwb
