// NWB's interval tables: trials, epochs, one table a kind of stimulus.
#pragma once

#include "recordings/import/nwb/nwb_file.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace enigma::recordings::importer::nwb {

struct NwbTrial {
  std::string table;  ///< "trials", "Clip", …
  std::string place;  ///< of the table
  int64_t row = 0;    ///< of it
  double start_s = 0, stop_s = 0;
  std::string tier;               ///< the table's, else by rule (see assign_tiers)
  std::string condition;          ///< equal = a repeat; empty = unknown
  nlohmann::ordered_json fields;  ///< id and the table's other columns
};

/// Writes `intervals` (one label a table) and trials.json, all in the order of their starts.
std::vector<NwbTrial> import_nwb_intervals(NwbImport& import);

/// Per time (rising), the trial begun last that holds it (start ≤ t < stop), or −1. Epochs count
/// only where there are no other tables; invalid times never.
std::vector<int64_t> trials_at(const std::vector<NwbTrial>& trials,
                               const std::vector<double>& times_s);

}  // namespace enigma::recordings::importer::nwb
