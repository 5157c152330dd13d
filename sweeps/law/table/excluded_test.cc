#include "sweeps/law/table/excluded.h"

#include <doctest/doctest.h>

using namespace enigma::law;

TEST_CASE("excluded: millions of rows are counted in full and listed in part") {
  std::vector<Excluded> excluded;
  for (uint32_t k = 1; k <= 300'000; ++k) {
    exclude(excluded, RowId(k), k % 3 == 0 ? "N (n) is zero" : "loss (y) is empty");
  }
  CHECK(rows_in(excluded) == 300'000);
  CHECK(excluded.size() == 100'002);
  CHECK(excluded[99'999].id == "row 100000");
  CHECK(excluded[100'000].id == "further rows, from row 100001 on");
  CHECK(reasons_of(excluded) == "100000: N (n) is zero; 200000: loss (y) is empty");
  for (uint32_t k = 1; k <= 1000; ++k) {
    exclude(excluded, RowId(k), "score " + std::to_string(k));
  }
  CHECK(rows_in(excluded) == 301'000);
  CHECK(excluded.size() == 100'100);
}
