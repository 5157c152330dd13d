// Conditions over the columns of a table: `loss < 3 && size != "S"`.
#pragma once

#include "input/condition.h"
#include "sweeps/law/table/records.h"

#include <string>
#include <utility>
#include <vector>

namespace enigma::law {

/// An expression over the cells of a row. It is a condition (sweeps/condition.h) whose names are
/// columns; an empty cell is unknown.
class Where {
 public:
  /// Throws InputError with the column of the fault in the expression. An empty one always holds.
  Where(std::string expression, const std::vector<std::string>& columns);

  bool holds(const Record& record);

 private:
  std::string expression_;
  NamedValues values_;
  std::vector<std::pair<size_t, NamedValue*>> used_;  ///< columns that it may name
};

}  // namespace enigma::law
