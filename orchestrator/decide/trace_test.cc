#include "orchestrator/decide/trace.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::decide;

namespace {

protocol::Metrics at(int64_t step, std::optional<double> loss, std::optional<double> mfu = 0.5) {
  return {step, step, 10.0 * static_cast<double>(step), {{"train_loss", loss}, {"mfu_step", mfu}}};
}

/// Losses of steps 1, 2, …
Trace a_trace(int64_t over_steps, const std::vector<double>& losses) {
  Trace trace(over_steps);
  for (size_t i = 0; i < losses.size(); ++i) {
    trace.add(at(static_cast<int64_t>(i) + 1, losses[i]));
  }
  return trace;
}

std::optional<double> value(const Trace& trace, const std::string& name,
                            const LossFrontier& frontier = {}) {
  const auto values = trace.values(100, frontier);
  const auto found = values.find(name);
  if (found == values.end() || !std::holds_alternative<double>(found->second)) { return {}; }
  return std::get<double>(found->second);
}

}  // namespace

TEST_CASE("trace: means need as many steps as they are over") {
  CHECK_FALSE(value(a_trace(3, {5, 4}), "train_loss"));
  CHECK(value(a_trace(3, {5, 4, 3}), "train_loss") == 4);
  CHECK(value(a_trace(3, {9, 5, 4, 3}), "train_loss") == 4);
  CHECK(value(a_trace(3, {9, 5, 4, 3}), "step") == 4);
  CHECK(value(a_trace(3, {9, 5, 4, 3}), "progress") == 0.04);
  CHECK_FALSE(value(a_trace(2, {4, 4, 2}), "gain"));
  CHECK(value(a_trace(2, {4, 4, 2, 2}), "gain") == 0.5);
  CHECK(value(a_trace(2, {4, 4, 2, 2, 4, 4}), "rise") == 1);
  CHECK_FALSE(value(Trace(2), "step"));
}

TEST_CASE("trace: what is unknown is left out, and holds no comparison") {
  Trace trace(2);
  trace.add(at(1, 3, {}));
  trace.add(at(2, std::nullopt, {}));
  CHECK(value(trace, "train_loss") == 3);
  CHECK_FALSE(value(trace, "mfu_step"));
  CHECK_FALSE(stopped_by({"mfu_step < 0.9", 2}, trace, 10, {}));
  trace.add(at(3, 3, 0.1));
  CHECK(stopped_by({"mfu_step < 0.9", 2}, trace, 10, {}));
}

TEST_CASE("trace: a run that goes back goes on from there") {
  Trace trace = a_trace(2, {4, 3, 9, 9});
  trace.add(at(3, 3));
  CHECK(value(trace, "step") == 3);
  CHECK(value(trace, "train_loss") == 3);
}

TEST_CASE("trace: a run that began in the middle is judged by what it reported") {
  Trace trace(2);
  trace.add(at(50, 3));
  CHECK_FALSE(value(trace, "train_loss"));
  trace.add(at(51, 3));
  CHECK(value(trace, "train_loss") == 3);
}

TEST_CASE("trace: long rules keep a bounded number of reports") {
  Trace trace(100'000);
  for (int64_t step = 1; step <= 250'000; ++step) { trace.add(at(step, 2)); }
  CHECK(value(trace, "gain") == 0);
}

TEST_CASE("frontier: the lowest loss within so many FLOPs") {
  LossFrontier frontier;
  CHECK_FALSE(frontier.at(10));
  frontier.add(10, 4);
  frontier.add(30, 2);
  frontier.add(20, 5);  // worse with more
  CHECK(frontier.at(9) == std::nullopt);
  CHECK(frontier.at(25) == 4);
  frontier.add(20, 1);  // better than what needed more
  CHECK(frontier.at(19) == 4);
  CHECK(frontier.at(1e9) == 1);
  CHECK(*value(a_trace(2, {3, 3}), "behind", frontier) == doctest::Approx(2));
}

TEST_CASE("stop rule: says by what it was measured") {
  const Trace flat = a_trace(2, {4, 4, 4, 4});
  CHECK_FALSE(stopped_by({"gain < 0.001 && step > 10", 2}, flat, 100, {}));
  const auto why = stopped_by({"gain < 0.001", 2}, flat, 100, {});
  REQUIRE(why);
  CHECK(*why ==
        "the sweep's stop rule gain < 0.001 holds: step 4, progress 0.04, train_loss 4, "
        "gain 0, rise 0, mfu_step 0.5");
}
