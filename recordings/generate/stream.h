// Random numbers that are a pure function of (seed, names): the same on every machine, because the
// distributions are ours and not the standard library's.
#pragma once

#include "random/counter_random.h"

#include <cstdint>
#include <initializer_list>

namespace enigma::recordings::generate {

/// A stream of random numbers of the distributions that recordings need.
class Stream : private CounterRandom {
 public:
  /// `path` tells streams of one seed apart: {session, purpose, index}, …
  Stream(uint64_t seed, std::initializer_list<uint64_t> path);

  using CounterRandom::next;
  using CounterRandom::uniform;
  double uniform(double from, double to);  ///< [from, to)
  double normal();                         ///< mean 0, variance 1 (Box and Muller 1958)
  int64_t poisson(double mean);            ///< by multiplication of uniforms (Knuth, TAOCP 2)
  int64_t below(int64_t bound);            ///< 0 … bound − 1
};

}  // namespace enigma::recordings::generate
