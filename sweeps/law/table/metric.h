// A bounded score (a correlation, a share of explained variance) as a loss that falls to 0: what a
// power law can be fitted to. More is better before, less is better after.
#pragma once

#include "sweeps/law/table/mapped_table.h"

namespace enigma::law {

enum class MetricKind { plain, ceiling, fisher };

/// `plain`; `ceiling:R`: 1 − r/R; `fisher:R`: atanh R − atanh r, the distance to the ceiling in
/// Fisher's z, whose noise does not shrink towards 1. R is the noise ceiling, or a column of it.
struct Metric {
  MetricKind kind = MetricKind::plain;
  std::string ceiling;  ///< as written: a number or a column's name (one that was kept)
};

Parsed<Metric> parse_metric(std::string_view text);

/// The table's losses by the metric; rows at or above their ceiling are excluded and say so. The
/// loss axis gets the expression's name. Throws InputError for a ceiling that is none.
void apply_metric(MappedTable& mapped, const Metric& metric);

}  // namespace enigma::law
