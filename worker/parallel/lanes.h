// Lanes and ranks: a rank owns whole lanes, and with them the sessions that were dealt to them.
#pragma once

#include <cstdint>

namespace enigma::parallel {

/// Lanes [first, end) of a step.
struct LaneRange {
  int64_t first = 0, end = 1;

  int64_t count() const { return end - first; }
  bool holds(int64_t lane) const { return first <= lane && lane < end; }
};

/// The lanes of one of `world` ranks; `world` divides `lanes`.
LaneRange lanes_of_rank(int64_t lanes, int64_t rank, int64_t world);

/// The rank that owns a lane.
int64_t rank_of_lane(int64_t lane, int64_t lanes, int64_t world);

}  // namespace enigma::parallel
