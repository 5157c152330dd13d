// Conditions over the columns of a table: `loss < 3 && size != "S"`.
#pragma once

#include "input/condition.h"
#include "sweeps/law/table/records.h"

#include <optional>
#include <string>
#include <vector>

namespace enigma::law {

/// An expression over the cells of a row. It is a condition (input/condition.h) whose names are
/// columns; an empty cell is unknown.
class Where {
 public:
  /// Throws InputError with the column of the fault in the expression. An empty one always holds.
  Where(const std::string& expression, const std::vector<std::string>& columns);

  bool holds(const Record& record);

 private:
  std::optional<Condition> condition_;  ///< nothing: it always holds
  std::vector<size_t> columns_;         ///< of its names
  std::vector<NamedValue> values_;
};

}  // namespace enigma::law
