// Ladders: the runs of one size on one session subset, from the smallest budget to the largest.
#pragma once

#include "sweeps/law/table/table.h"

#include <string>
#include <vector>

namespace enigma::law {

enum class Trend { falls, uneven, flat_or_rising };

struct Ladder {
  double n = 0;
  std::string subset;
  std::vector<Row> rungs;  ///< by FLOPs (data where FLOPs are unknown); equal budgets averaged
  Trend trend = Trend::falls;
};

/// Every size × subset with at least two budgets. `falls`: each rung is lower than the one before;
/// `flat_or_rising`: the last rung is not lower than the first by a thousandth; else `uneven`.
std::vector<Ladder> ladders(const Table& table);

/// "N = 1.2e+06, subset all".
std::string name_of(const Ladder& ladder);

}  // namespace enigma::law
