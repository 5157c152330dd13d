#include "orchestrator/documents/sample.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace enigma::documents;

namespace {

using Values = std::vector<MetricValue>;

MetricValue value(int64_t step, const std::string& name, std::optional<double> value) {
  return {1, step, {}, {}, {}, name, value};
}

/// A thousand steps of a loss with one spike, and three of another name.
Values curve() {
  Values values;
  for (int64_t step = 1; step <= 1000; ++step) {
    values.push_back(value(step, "train_loss", step == 617 ? 50.0 : 10.0 - 0.005 * double(step)));
    if (step % 400 == 0) { values.push_back(value(step, "test_loss", 3.0)); }
  }
  return values;
}

size_t count(const Values& values, const std::string& name) {
  size_t found = 0;
  for (const MetricValue& one : values) { found += one.name == name ? 1 : 0; }
  return found;
}

}  // namespace

TEST_CASE("sample: no more than asked for, with both ends and every spike") {
  const Values some = sampled(curve(), 40);
  CHECK(count(some, "train_loss") <= 40);
  CHECK(count(some, "train_loss") >= 30);
  CHECK(count(some, "test_loss") == 2);
  CHECK(some.front().step == 1);
  CHECK(some.back().step == 1000);
  bool spike = false;
  int64_t before = 0;
  for (const MetricValue& one : some) {
    spike = spike || one.value == 50.0;
    CHECK(one.step >= before);
    before = one.step;
  }
  CHECK(spike);
}

TEST_CASE("sample: few values are all there; unknown values stay unknown") {
  const Values values = curve();
  CHECK((sampled(values, 5000) == values));
  CHECK(sampled({}, 10).empty());
  Values unknown;
  for (int64_t step = 1; step <= 100; ++step) {
    unknown.push_back(value(step, "mfu_step", std::nullopt));
  }
  const Values some = sampled(unknown, 10);
  CHECK(some.size() <= 10);
  CHECK_FALSE(some.front().value);
}

TEST_CASE("sample: a value that is no number hides no extreme") {
  Values values;
  for (int64_t step = 1; step <= 100; ++step) { values.push_back(value(step, "loss", 1.0)); }
  values[50].value = std::nan("");
  values[51].value = 9;
  CHECK(std::ranges::any_of(sampled(values, 10), [](const auto& one) { return one.value == 9.0; }));
}

TEST_CASE("sample: a curve that is known up to a step goes on from it") {
  const Values rest = values_from(curve(), 999);
  CHECK(rest.size() == 2);
  CHECK(rest.front().step == 999);
  CHECK(values_from(curve(), 2000).empty());
}
