// The rows that a law is fitted to, whatever they came from: a sweep of this system or a file.
#pragma once

#include "diagnostics/diagnostic.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::law {

/// One run (or checkpoint) as a law sees it. NaN where a column was not mapped.
struct Row {
  std::string id;  ///< run id, or "row K" of the file
  double n = 0;    ///< parameters (shared)
  double d = 0;    ///< data seen: windows, tokens, …
  double c = 0;    ///< FLOPs
  double u = 0;    ///< unique data
  double loss = 0;
  double weight = 1;
  std::string group;   ///< cluster of bootstrap and verdicts; empty = the row itself
  std::string subset;  ///< column of --by
  std::map<std::string, std::string> columns;  ///< every column by name, for --where and --by
};

struct Table {
  std::vector<Row> rows;
  bool has_n = false, has_d = false, has_c = false, has_u = false;
  bool d_from_c = false;  ///< D was computed as C/(6N), and the answer says so
  std::map<std::string, std::string> axis_names;  ///< "N" → column or axis name, with its unit
};

}  // namespace enigma::law
