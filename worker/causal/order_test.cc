#include "worker/causal/order.h"

#include <doctest/doctest.h>

#include <set>
#include <vector>

using namespace enigma::worker;

TEST_CASE("order: every number once, whatever their count") {
  for (const uint64_t count : {1, 2, 3, 5, 64, 1000}) {
    std::set<uint64_t> seen;
    for (uint64_t place = 0; place < count; ++place) {
      const uint64_t number = shuffled(9, count, place);
      CHECK(number < count);
      seen.insert(number);
    }
    CHECK(seen.size() == count);
  }
}

TEST_CASE("order: epochs differ, and so do seeds; neighbours are torn apart") {
  std::vector<uint64_t> first, second, other;
  int neighbours = 0;
  for (uint64_t place = 0; place < 200; ++place) {
    first.push_back(window_at(1, 200, place));
    second.push_back(window_at(1, 200, 200 + place));
    other.push_back(window_at(2, 200, place));
    neighbours += place > 0 && first[place] == first[place - 1] + 1;
  }
  CHECK(first != second);
  CHECK(first != other);
  CHECK(neighbours < 10);
}
