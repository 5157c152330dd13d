#include "worker/causal/order.h"

#include "diagnostics/check.h"

#include "random/counter_random.h"

#include <bit>

namespace enigma::worker {
namespace {

constexpr int kRounds = 4;

}  // namespace

// A Feistel network over the next even number of bits, walked until it falls below `count`: at most
// four times the numbers, so a few rounds.
uint64_t shuffled(uint64_t key, uint64_t count, uint64_t place) {
  ENIGMA_CHECK(place < count, "a place of the order");
  const int half = (std::bit_width(count - 1) + 1) / 2;
  const uint64_t mask = (uint64_t{1} << half) - 1;
  do {
    uint64_t left = place >> half, right = place & mask;
    for (int round = 0; round < kRounds; ++round) {
      const uint64_t turned =
          left ^ (mixed(mixed(key + static_cast<uint64_t>(round) * kGolden) ^ right) & mask);
      left = right;
      right = turned;
    }
    place = left << half | right;
  } while (place >= count);
  return place;
}

uint64_t window_at(uint64_t seed, uint64_t count, uint64_t place) {
  return shuffled(mixed(mixed(seed + kGolden) ^ (place / count + kGolden)), count, place % count);
}

}  // namespace enigma::worker
