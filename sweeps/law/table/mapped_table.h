// A table for a law out of a file or out of rows in memory: read row by row, numbers alone kept.
#pragma once

#include "sweeps/law/table/excluded.h"
#include "sweeps/law/table/mapping.h"
#include "sweeps/law/table/records.h"
#include "sweeps/law/table/table.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::law {

struct MappedTable {
  Table table;
  std::vector<Excluded> excluded;
};

/// What is wanted of a file.
struct TableRequest {
  Mapping mapping;
  std::string where;              ///< rows to keep (where.h); empty: all
  std::vector<std::string> keep;  ///< columns whose text is asked for later, where there are such
};

/// What a file, or a sweep, tells of its rows, to a visitor.
using RecordWalk = std::function<std::vector<Diagnostic>(const RecordVisitor&)>;

/// Rows for which `where` holds, by the mapping; D = C/(6N) where N and C are mapped and D is not.
/// A row with a cell of an axis or a weight that is empty, NaN, infinite, zero or negative, and one
/// without a finite loss, goes to `excluded`; a cell that is no number is an error. Columns that do
/// not exist are errors with the nearest name. Throws InputError for a wrong `where`.
Parsed<MappedTable> map_records(const RecordWalk& walk, const std::string& file,
                                const TableRequest& request);

/// A file's rows. Throws std::system_error where it cannot be read.
Parsed<MappedTable> read_table(const std::filesystem::path& file, const TableRequest& request);

/// The same of a file's text, by the ending of its name.
Parsed<MappedTable> table_of_text(std::string_view text, const std::string& file,
                                  const TableRequest& request);

/// `by` of --by into every row's subset: a column that was kept. Throws InputError where no such
/// column exists.
void group_by(Table& table, const std::string& column);

}  // namespace enigma::law
