// What sums and gathers over ranks cost by their size.
#pragma once

#include "worker/parallel/collectives.h"

#include <cstdint>
#include <string>
#include <vector>

namespace enigma::worker {

struct CollectiveTime {
  std::string op;     ///< all_reduce, all_gather
  int64_t bytes = 0;  ///< of the whole
  double seconds = 0;
};

/// Medians of several calls each, from 4 KiB to 16 MiB, as this rank sees them; empty for a process
/// alone. Every rank calls it at the same time. Throws PeerLost.
std::vector<CollectiveTime> collective_times(parallel::Collectives& collectives);

}  // namespace enigma::worker
