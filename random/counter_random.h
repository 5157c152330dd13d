// The one random generator: numbers that are a pure function of a key and a counter, the same on
// every machine and independent of what else was drawn.
#pragma once

#include <cstdint>

namespace enigma {

/// Added to names before they are mixed into a key: an odd number near 2^64 over the golden ratio.
inline constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;

/// SplitMix64's finaliser (Steele, Lea and Flood, OOPSLA 2014): one to one, no bit without effect.
constexpr uint64_t mixed(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// SplitMix64 by hashing a counter. Users make the key from their seed and names by `mixed`.
class CounterRandom {
 public:
  explicit CounterRandom(uint64_t key) : key_(key) {}

  uint64_t next() { return mixed(key_ + kGolden * ++counter_); }
  /// Uniform in [0, 1) with 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// Uniform in [0, bound), without bias (Lemire 2019). REQUIRES: bound > 0.
  uint64_t below(uint64_t bound);

 private:
  uint64_t key_;
  uint64_t counter_ = 0;
};

}  // namespace enigma
