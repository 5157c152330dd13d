#include "sweeps/law/design/steps.h"

#include <doctest/doctest.h>

#include <cstddef>

namespace enigma::law {
namespace {

void check_places(const std::vector<double>& found, const std::vector<double>& wanted) {
  REQUIRE(found.size() == wanted.size());
  for (std::size_t k = 0; k < found.size(); ++k) { CHECK(found[k] == doctest::Approx(wanted[k])); }
}

TEST_CASE("steps: between neighbours that are apart, and one step beyond either end") {
  check_places(between_and_beyond({4, 1, 16, 16}), {0.25, 2, 8, 64});
  check_places(between_and_beyond({10, 12}), {10 / 1.2, 14.4});
  check_places(between_and_beyond({5}), {2.5, 10});
  check_places(between_and_beyond({}), {});
}

}  // namespace
}  // namespace enigma::law
