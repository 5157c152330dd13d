#include "sweeps/law/report/rows_digest.h"

#include <doctest/doctest.h>

#include <cmath>

namespace enigma::law {
namespace {

std::vector<Row> two_rows() {
  Row a, b;
  a.n = 1e6;
  a.loss = 3;
  b.n = 2e6;
  b.loss = 2.5;
  return {a, b};
}

TEST_CASE("rows digest: the same rows have the same, and the last bit of a loss changes it") {
  const std::string digest = rows_digest(two_rows());
  CHECK(digest.size() == 64);
  CHECK(rows_digest(two_rows()) == digest);
  auto changed = two_rows();
  changed[1].loss = std::nextafter(changed[1].loss, 3);
  CHECK(rows_digest(changed) != digest);
  changed = two_rows();
  changed.pop_back();
  CHECK(rows_digest(changed) != digest);
}

}  // namespace
}  // namespace enigma::law
