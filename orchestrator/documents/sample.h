// Fewer rows of `metrics`, such that a curve drawn of them looks as one of all.
#pragma once

#include "orchestrator/documents/unknown.h"

#include <cstdint>
#include <optional>

namespace enigma::documents {

/// Of each name about `points` rows of metric_rows: the first and the last, and of each of equally
/// long stretches between them the lowest and the highest. All of them, where they are no more.
Json sampled(const Json& rows, size_t points);

/// Rows of the step `from` and later.
Json rows_from(const Json& rows, int64_t from);

}  // namespace enigma::documents
