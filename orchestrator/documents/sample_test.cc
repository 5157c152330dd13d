#include "orchestrator/documents/sample.h"

#include <doctest/doctest.h>

using namespace enigma::documents;

namespace {

Json row(int64_t step, const std::string& name, Json value) {
  return {{"attempt", 1}, {"step", step}, {"name", name}, {"value", std::move(value)}};
}

/// A thousand steps of a loss with one spike, and three of another name.
Json curve() {
  auto rows = Json::array();
  for (int64_t step = 1; step <= 1000; ++step) {
    rows.push_back(row(step, "train_loss", step == 617 ? 50.0 : 10.0 - 0.005 * double(step)));
    if (step % 400 == 0) { rows.push_back(row(step, "test_loss", 3.0)); }
  }
  return rows;
}

size_t count(const Json& rows, const std::string& name) {
  size_t found = 0;
  for (const Json& one : rows) { found += one["name"] == name ? 1 : 0; }
  return found;
}

}  // namespace

TEST_CASE("sample: no more than asked for, with both ends and every spike") {
  const Json some = sampled(curve(), 40);
  CHECK(count(some, "train_loss") <= 40);
  CHECK(count(some, "train_loss") >= 30);
  CHECK(count(some, "test_loss") == 2);
  CHECK(some.front()["step"] == 1);
  CHECK(some.back()["step"] == 1000);
  bool spike = false;
  int64_t before = 0;
  for (const Json& one : some) {
    spike = spike || one["value"] == 50.0;
    CHECK(one["step"].get<int64_t>() >= before);
    before = one["step"];
  }
  CHECK(spike);
}

TEST_CASE("sample: few rows are all there; unknown values stay unknown") {
  const Json rows = curve();
  CHECK(sampled(rows, 5000) == rows);
  CHECK(sampled(Json::array(), 10) == Json::array());
  auto unknown = Json::array();
  for (int64_t step = 1; step <= 100; ++step) { unknown.push_back(row(step, "mfu_step", nullptr)); }
  const Json some = sampled(unknown, 10);
  CHECK(some.size() <= 10);
  CHECK(some.front()["value"].is_null());
}

TEST_CASE("sample: a curve that is known up to a step goes on from it") {
  const Json rest = rows_from(curve(), 999);
  CHECK(rest.size() == 2);
  CHECK(rest.front()["step"] == 999);
  CHECK(rows_from(curve(), 2000).empty());
}
