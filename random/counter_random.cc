#include "random/counter_random.h"

#include "diagnostics/check.h"

namespace enigma {
namespace {

__extension__ using Wide = unsigned __int128;

}  // namespace

uint64_t CounterRandom::below(uint64_t bound) {
  ENIGMA_CHECK(bound > 0, "nothing to draw from");
  Wide product = Wide{next()} * bound;
  if (static_cast<uint64_t>(product) < bound) {  // the division, only where it can matter
    const uint64_t biased = -bound % bound;
    while (static_cast<uint64_t>(product) < biased) { product = Wide{next()} * bound; }
  }
  return static_cast<uint64_t>(product >> 64);
}

}  // namespace enigma
