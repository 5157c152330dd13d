// The rows of `metrics`: every value that was reported, unsampled, and rows as CSV.
#pragma once

#include "db/store.h"
#include "orchestrator/documents/unknown.h"

#include <string>
#include <vector>

namespace enigma::documents {

/// Rows {attempt, step, windows, flops, wall_s, name, value} of the current history, or of all
/// attempts. `test_loss` and `test_correlation/<strategy>` come from the evaluations.
Json metric_rows(const db::Store& store, const std::string& run, bool all_attempts);

/// RFC 4180: a head line of the first row's keys, a line a row; null is an empty cell.
std::string to_csv(const Json& rows);

/// One line of it.
std::string csv_line(const std::vector<Json>& cells);

}  // namespace enigma::documents
