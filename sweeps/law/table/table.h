// The rows that a law is fitted to, whatever they came from: a sweep of this system or a file.
#pragma once

#include "diagnostics/diagnostic.h"
#include "sweeps/law/table/row_id.h"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace enigma::law {

/// One run (or checkpoint) as a law sees it: numbers, and names that rows share, so that tables of
/// ten million rows fit into memory. NaN where a column was not mapped.
struct Row {
  RowId id;      ///< run id, or "row K" of the file
  double n = 0;  ///< parameters (shared)
  double d = 0;  ///< data seen: windows, tokens, …
  double c = 0;  ///< FLOPs
  double u = 0;  ///< unique data
  double loss = 0;
  double weight = 1;
  Label group;    ///< cluster of bootstrap and verdicts; empty = the row itself
  Label subset;   ///< column of --by
  Texts columns;  ///< the columns that were asked for as text (TableRequest::keep)
};

struct Table {
  std::vector<Row> rows;
  std::set<char> axes;    ///< of 'N', 'D', 'C', 'U': those with a column
  bool d_from_c = false;  ///< D was computed as C/(6N), and the answer says so
  std::map<std::string, std::string> axis_names;  ///< "N" → column or axis name, with its unit
  std::vector<std::string> columns;               ///< every column that could be asked for

  bool has(char axis) const { return axes.contains(axis); }
};

/// What the table has, without its rows.
inline Table without_rows(const Table& table) {
  return {.rows = {},
          .axes = table.axes,
          .d_from_c = table.d_from_c,
          .axis_names = table.axis_names,
          .columns = table.columns};
}

}  // namespace enigma::law
