#include "sweeps/law/fit/refusal.h"

#include <fmt/format.h>

#include <algorithm>

namespace enigma::law {

void refuse_rows(const std::vector<Row>& rows, int needed, const std::string& who, Space space) {
  if (static_cast<int>(rows.size()) < needed) {
    throw FitRefused(fmt::format("too few rows: {} are left, and {} {}", rows.size(), who, needed));
  }
  const auto equal = [&](const Row& row) { return row.loss == rows.front().loss; };
  if (std::all_of(rows.begin(), rows.end(), equal)) {
    throw FitRefused(fmt::format("all {} losses are equal ({}): nothing depends on anything",
                                 rows.size(), rows.front().loss));
  }
  for (const Row& row : rows) {
    if (space != Space::log || row.loss > 0) { continue; }
    throw FitRefused(fmt::format("{} has a loss of {}, which has no logarithm; use --space linear",
                                 row.id.text(), row.loss));
  }
}

}  // namespace enigma::law
