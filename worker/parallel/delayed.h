// Collectives over a stated network: each is done no sooner than its bytes would be over one link,
// one after the other. For tests and benchmarks of what overlaps.
#pragma once

#include "worker/parallel/collectives.h"

#include <memory>

namespace enigma::parallel {

struct Network {
  double latency_s = 0;
  double bytes_per_s = 1e12;
};

/// Seconds of a collective over `bytes`, by the ring: an all-reduce moves 2 (world − 1) / world of
/// them over each link, a reduce-scatter or all-gather half of that.
double all_reduce_s(const Network& network, double bytes, int64_t world);
double one_way_s(const Network& network, double bytes, int64_t world);

/// `inner`, completed as late as the network has it.
std::unique_ptr<Collectives> delayed(std::unique_ptr<Collectives> inner, const Network& network);

}  // namespace enigma::parallel
