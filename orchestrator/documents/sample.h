// Fewer values of `metrics`, such that a curve drawn of them looks as one of all.
#pragma once

#include "orchestrator/documents/metrics.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace enigma::documents {

/// Of each name about `points` values: the first and the last, and of each of equally long
/// stretches between them the lowest and the highest. All of them, where they are no more.
std::vector<MetricValue> sampled(const std::vector<MetricValue>& values, size_t points);

/// Those of the step `from` and later.
std::vector<MetricValue> values_from(std::vector<MetricValue> values, int64_t from);

}  // namespace enigma::documents
