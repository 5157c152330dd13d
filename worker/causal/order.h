// Windows in a random order, an epoch at a time: which one is the n-th, without a list of them.
#pragma once

#include <cstdint>

namespace enigma::worker {

/// The `place`-th of a random order of 0 … count − 1 that `key` fixes: one to one. REQUIRES:
/// 0 <= place < count.
uint64_t shuffled(uint64_t key, uint64_t count, uint64_t place);

/// The same over epochs: place / count says which order, place % count where in it.
uint64_t window_at(uint64_t seed, uint64_t count, uint64_t place);

}  // namespace enigma::worker
