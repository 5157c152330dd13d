#include "random/counter_random.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>

namespace enigma {
namespace {

// The reference sequence of SplitMix64 from the seed 1234567 (Vigna's splitmix64.c).
TEST_CASE("the published sequence of SplitMix64") {
  CounterRandom random(1234567);
  for (const uint64_t expected : {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                  4593380528125082431u, 16408922859458223821u}) {
    CHECK(random.next() == expected);
  }
}

TEST_CASE("uniform numbers lie in [0, 1), and are spread") {
  CounterRandom random(mixed(1));
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double x = random.uniform();
    REQUIRE(x >= 0);
    REQUIRE(x < 1);
    sum += x;
  }
  CHECK(sum / 10000 == doctest::Approx(0.5).epsilon(0.02));
}

TEST_CASE("numbers below a bound are all met, about equally often") {
  CounterRandom random(mixed(2));
  std::array<int, 7> counts{};
  for (int i = 0; i < 7000; ++i) { ++counts.at(random.below(7)); }
  for (const int count : counts) { CHECK(std::abs(count - 1000) < 150); }
  CHECK(random.below(1) == 0);
}

}  // namespace
}  // namespace enigma
