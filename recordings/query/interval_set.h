// Sets of time as sorted intervals: what is left of a recording once stretches are cut out.
#pragma once

#include "recordings/format/labelled_intervals.h"

#include <vector>

namespace enigma::recordings::query {

/// What of [start, end) lies in none of `holes` (sorted by start; may overlap).
std::vector<TimeInterval> without(TimeInterval whole, const std::vector<TimeInterval>& holes);

/// The common parts of two sets, each sorted and free of overlap.
std::vector<TimeInterval> intersection(const std::vector<TimeInterval>& a,
                                       const std::vector<TimeInterval>& b);

}  // namespace enigma::recordings::query
