// NWB's DynamicTable: named columns of one value, or one list, a row.
#pragma once

#include "recordings/import/nwb/hdf5_file.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace enigma::recordings::importer::nwb {

struct NwbTable {
  std::string place;
  int64_t rows = 0;
  nlohmann::ordered_json columns = nlohmann::ordered_json::object();  ///< name → one value a row
  std::vector<std::string> left_out;  ///< columns too large or of no kind that is read

  const nlohmann::ordered_json* column(const std::string& name) const;
};

/// Reads `id` and the columns of `colnames` but for `skip`; ragged ones become lists, object
/// references the places they refer to. Throws Hdf5Error where lengths do not agree.
NwbTable read_nwb_table(const Hdf5File& file, const std::string& place,
                        const std::set<std::string>& skip = {});

/// Ends of the lists of a ragged column (`<column>_index`), checked: rising, up to `elements`.
std::vector<int64_t> nwb_index(const Hdf5File& file, const std::string& index, int64_t elements);

}  // namespace enigma::recordings::importer::nwb
