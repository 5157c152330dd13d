#include "sweeps/law/frontier/envelope.h"

#include "sweeps/law/fit/optimum.h"
#include "sweeps/law/fit/synthetic.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::law;

namespace {

std::vector<Row> rows_of(std::initializer_list<std::array<double, 3>> numbers) {
  std::vector<Row> rows;
  for (const auto& [c, n, loss] : numbers) {
    rows.push_back({.id = "x", .n = n, .d = c / 6 / n, .c = c, .loss = loss});
  }
  return rows;
}

std::vector<size_t> rows_on_envelope(const std::vector<Row>& rows) {
  return envelope(rows, Space::linear, {Resampling::none, 0}, 0, 0.95).rows;
}

}  // namespace

TEST_CASE("envelope: runs that another beats for their compute are not on it") {
  const auto rows = rows_of({{1e3, 1, 5},
                             {1e3, 2, 4},
                             {1e3, 4, 5},
                             {1e4, 3, 3.6},
                             {1e4, 5, 3},
                             {1e4, 7, 3.1},
                             {1e5, 5, 2.95},
                             {1e5, 9, 2.9},
                             {1e5, 15, 2.95},
                             {1e6, 5, 2.4},
                             {1e6, 10, 2.2},
                             {1e6, 20, 2.3},
                             {1e7, 20, 2.5}});
  CHECK(rows_on_envelope(rows) == std::vector<size_t>{1, 4, 10});
}

TEST_CASE("envelope: a run counts only where smaller and larger sizes were run") {
  CHECK(rows_on_envelope(rows_of({{1e3, 2, 4}, {1e4, 3, 3}, {1e5, 9, 2.5}})).empty());
  CHECK(
      rows_on_envelope(rows_of({{1e3, 2, 4}, {1e3, 3, 4.1}, {1e4, 3, 3.1}, {1e4, 5, 3}})).empty());
  CHECK(rows_on_envelope({}).empty());
}

TEST_CASE("envelope: a dense sweep gives the exponents of its law back") {
  Vector truth(5);
  truth << 1.69, 406.4, 410.7, 0.34, 0.28;
  const auto mapped = synthetic({.sd = 0}, log_grid(1e7, 1e11, 60), log_grid(1e8, 1e13, 200));
  std::vector<Row> rows = mapped.table.rows;
  std::erase_if(rows, [](const Row& row) { return row.c < 1e18 || row.c > 1e22; });
  const Envelope found = envelope(rows, Space::log, {Resampling::by_case, 50}, 0, 0.95);
  REQUIRE(found.n);
  CHECK(found.n->exponent == doctest::Approx(exponents_of(truth, {}).a).epsilon(0.05));
  CHECK(*found.a.low <= found.n->exponent);
  CHECK(found.converged == 50);
  const Envelope again = envelope(rows, Space::log, {Resampling::by_case, 50}, 0, 0.95);
  CHECK(*again.a.low == *found.a.low);
}
