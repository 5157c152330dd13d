// Method: two sizes (rows) by two budgets (columns), candidates 0 to 3 row by row, costs 1, 2,
// 4, 8.
#include "sweeps/law/design/grid.h"

#include <doctest/doctest.h>

namespace enigma::law {
namespace {

using Chosen = std::vector<Eigen::Index>;

Grid a_grid() {
  return {2, {{0, false, 1}, {1, false, 2}, {2, false, 4}, {3, false, 8}}};
}

TEST_CASE("grid: one run is one cell, a second brings the product of both") {
  const Offer offer = products(a_grid());
  const auto first = offer({});
  REQUIRE(first.size() == 4);
  CHECK(first[3].candidates == Chosen{3});
  CHECK(first[3].cost == 8);
  const auto second = offer({0});
  REQUIRE(second.size() == 3);
  CHECK(second[0].candidates == Chosen{1});
  CHECK(second[1].candidates == Chosen{2});
  CHECK(second[2].candidates == Chosen{1, 2, 3});
  CHECK(second[2].cost == 14);
  CHECK(offer({0, 1, 2, 3}).empty());
}

TEST_CASE("grid: what has been submitted costs nothing and is not proposed") {
  Grid grid = a_grid();
  grid.cells[1] = {-1, true, 0};
  const auto second = products(grid)({0});
  REQUIRE(second.size() == 2);
  CHECK(second[1].candidates == Chosen{2, 3});
  CHECK(second[1].cost == 12);
}

TEST_CASE("grid: a product with a run that cannot be built is not offered") {
  Grid grid = a_grid();
  grid.cells[1] = {};
  const auto second = products(grid)({0});
  REQUIRE(second.size() == 1);
  CHECK(second[0].candidates == Chosen{2});
}

}  // namespace
}  // namespace enigma::law
