// What sums and gathers over ranks cost by their size.
#pragma once

#include "worker/parallel/collectives.h"
#include "worker/parallel/delayed.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enigma::worker {

struct CollectiveTime {
  std::string op;     ///< all_reduce, all_gather
  int64_t bytes = 0;  ///< of the whole
  double seconds = 0;
};

/// The network whose all-reduces take as long as these: its latency that of the smallest, its
/// bandwidth that of the largest. Nothing of none, or where the largest are no slower.
std::optional<parallel::Network> network_of(const std::vector<CollectiveTime>& times,
                                            int64_t world);

/// Medians of several calls each, from 4 KiB to 16 MiB, as this rank sees them; empty for a process
/// alone. Every rank calls it at the same time. Throws PeerLost.
std::vector<CollectiveTime> collective_times(parallel::Collectives& collectives);

}  // namespace enigma::worker
