// Rows that take no part in a fit, and why.
#pragma once

#include "sweeps/law/table/row_id.h"

#include <string>
#include <vector>

namespace enigma::law {

/// One row; or, beyond the first hundred thousand of a table, all further ones of one reason.
struct Excluded {
  std::string id;
  std::string why;
  size_t rows = 1;
};

/// Adds a row: by itself, or to the others of its reason where too many are listed already.
void exclude(std::vector<Excluded>& excluded, const RowId& id, const std::string& why);

/// How many rows they are together.
size_t rows_in(const std::vector<Excluded>& excluded);

/// "3: N (n) is zero; 2: loss (y) is empty".
std::string reasons_of(const std::vector<Excluded>& excluded);

}  // namespace enigma::law
