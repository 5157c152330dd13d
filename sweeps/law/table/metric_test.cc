#include "sweeps/law/table/metric.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace enigma;
using namespace enigma::law;

namespace {

MappedTable scores() {
  return *table_of_text("n,r,top\n1e6,0.2,0.5\n2e6,0.3,0.6\n4e6,0.45,0.4\n", "t.csv",
                        {.mapping = *parse_mapping("N=n,loss=r").value, .keep = {"top"}})
              .value;
}

}  // namespace

TEST_CASE("metric: a score becomes its distance to the ceiling, rows above it are excluded") {
  MappedTable mapped = scores();
  apply_metric(mapped, *parse_metric("ceiling:0.4").value);
  REQUIRE(mapped.table.rows.size() == 2);
  CHECK(mapped.table.rows[0].loss == doctest::Approx(0.5));
  CHECK(mapped.table.rows[1].loss == doctest::Approx(0.25));
  CHECK(mapped.excluded[0].id == "row 3");
  CHECK(mapped.table.axis_names["loss"] == "1 - r/0.4");
}

TEST_CASE("metric: Fisher's z, with a ceiling by row") {
  MappedTable mapped = scores();
  apply_metric(mapped, *parse_metric("fisher:top").value);
  REQUIRE(mapped.table.rows.size() == 2);
  CHECK(mapped.table.rows[0].loss == doctest::Approx(std::atanh(0.5) - std::atanh(0.2)));
}

TEST_CASE("metric: what is no ceiling is refused") {
  CHECK_FALSE(parse_metric("bounded").ok());
  CHECK_FALSE(parse_metric("ceiling:").ok());
  MappedTable mapped = scores();
  CHECK_THROWS_AS(apply_metric(mapped, *parse_metric("ceiling:1.5").value), InputError);
  CHECK_THROWS_AS(apply_metric(mapped, *parse_metric("fisher:1").value), InputError);
  CHECK_THROWS_AS(apply_metric(mapped, *parse_metric("ceiling:tip").value), InputError);
}
