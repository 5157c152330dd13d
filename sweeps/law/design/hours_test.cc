#include "sweeps/law/design/hours.h"

#include <doctest/doctest.h>

namespace enigma::law {

TEST_CASE("hours: one size gives one speed, more sizes a power of the size") {
  const auto one = hours_law({{1e6, 1e12, 1}, {1e6, 2e12, 2}});
  REQUIRE(one.has_value());
  CHECK(hours_of(*one, 1e6, 4e12) == doctest::Approx(4));
  CHECK(hours_of(*one, 1e8, 4e12) == doctest::Approx(4));
  // Ten times the size: half the hours a FLOP.
  const auto two = hours_law({{1e6, 1e12, 1}, {1e7, 1e12, 0.5}});
  REQUIRE(two.has_value());
  CHECK(hours_of(*two, 1e6, 1e12) == doctest::Approx(1));
  CHECK(hours_of(*two, 1e8, 1e12) == doctest::Approx(0.25));
}

TEST_CASE("hours: runs whose hours are unknown say nothing, and none at all give no law") {
  CHECK(!hours_law({}));
  CHECK(!hours_law({{1e6, 1e12, 0}}));
  const auto law = hours_law({{1e6, 1e12, 0}, {1e6, 1e12, 3}});
  REQUIRE(law.has_value());
  CHECK(hours_of(*law, 1e6, 1e12) == doctest::Approx(3));
}

}  // namespace enigma::law
