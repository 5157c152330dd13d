// Which column of a file is which axis, and the table that comes of it.
#pragma once

#include "sweeps/law/records.h"
#include "sweeps/law/table.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::law {

/// Role → column: roles N, D, C, U, loss, group, weight.
using Mapping = std::map<std::string, std::string>;

/// Reads `N=COL,D=COL,…,loss=COL`. Unknown roles, a role twice or no loss are errors.
Parsed<Mapping> parse_mapping(std::string_view text);

/// A row that takes no part in a fit, and why.
struct Excluded {
  std::string id;
  std::string why;
};

struct MappedTable {
  Table table;
  std::vector<Excluded> excluded;
};

/// Rows by the mapping; D = C/(6N) where N and C are mapped and D is not. A cell of an axis or a
/// weight that is empty, NaN, infinite, zero or negative puts its row in `excluded`; one that is no
/// number is an error. Columns that do not exist are errors with the nearest name.
Parsed<MappedTable> map_records(const Records& records, const Mapping& mapping);

/// `by` of --by into every row's subset. Throws InputError where no such column exists.
void group_by(Table& table, const std::string& column);

/// A number as a table's cell spells it; nothing where it is none. "nan" and "inf" are numbers.
std::optional<double> number_of(std::string_view cell);

}  // namespace enigma::law
