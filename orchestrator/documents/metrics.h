// The rows of `metrics`: every value that was reported, unsampled, and rows as CSV.
#pragma once

#include "db/store.h"
#include "orchestrator/documents/unknown.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enigma::documents {

/// One value that was reported; null where it is unknown.
struct MetricValue {
  int64_t attempt = 0, step = 0;
  std::optional<int64_t> windows;
  std::optional<double> flops, wall_s;
  std::string name;
  std::optional<double> value;
  bool operator==(const MetricValue&) const = default;
};

/// Values of the current history, or of all attempts. `test_loss` and
/// `test_correlation/<strategy>` come from the evaluations.
std::vector<MetricValue> metric_values(const db::Store& store, const std::string& run,
                                       bool all_attempts);

/// Rows {attempt, step, windows, flops, wall_s, name, value}.
Json rows_json(const std::vector<MetricValue>& values);

/// RFC 4180: a head line of the first row's keys, a line a row; null is an empty cell.
std::string to_csv(const Json& rows);

/// One line of it.
std::string csv_line(const std::vector<Json>& cells);

}  // namespace enigma::documents
