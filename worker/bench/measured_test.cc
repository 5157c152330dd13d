// What `enigma-worker bench` measures, on a toy family and on threads for ranks.
#include "worker/bench/attention_seen.h"
#include "worker/bench/collective_times.h"
#include "worker/bench/memory_rate.h"
#include "worker/bench/step_times.h"
#include "worker/run_fixture.h"
#include "worker/toy_family.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <string>

using namespace enigma;
using namespace enigma::worker;

namespace {

StepTimes steps_on(parallel::Collectives& collectives, const RunFolder& folder, int64_t steps) {
  Environment environment = folder.environment("bench", 1);
  environment.rank = collectives.rank();
  environment.world = collectives.world();
  const Device device{"CPU", 1e10};
  Reporter reporter(environment);
  const sweeps::PointFile file = toy_file(100, 2);
  Training training(environment, file, device, reporter, kGoOn, collectives, open_toy);
  const StepTimes times = measure_steps(training, steps);
  CHECK(training.state.step == steps + 1);
  return times;
}

double sum_of_parts(const TimeSplit& t) {
  return t.data_wait_s + t.forward_s + t.backward_s + t.communication_exposed_s + t.optimizer_s +
         t.other_s();
}

}  // namespace

TEST_CASE("bench: steps of a run and where their time goes") {
  const RunFolder folder("bench-steps");
  const StepTimes times = steps_on(*parallel::alone(), folder, 5);
  CHECK(times.steps == 5);
  CHECK(times.flops.dense == 2);  // a FLOP a lane, as the family says
  CHECK(times.flops.masked == 1);
  CHECK(times.per_step.total_s > 0);
  CHECK(sum_of_parts(times.per_step) == doctest::Approx(times.per_step.total_s));
  CHECK(times.per_step.communication_exposed_s < times.per_step.total_s);
  CHECK(times.windows_per_s > 0);
  CHECK(times.loader_windows_per_s > 0);
  CHECK(times.attention == "none");
}

TEST_CASE("bench: on two ranks, with what their sums cost") {
  const RunFolder folder("bench-ranks");
  std::vector<CollectiveTime> costs;
  const auto work = [&](parallel::Collectives& collectives) {
    const auto mine = collective_times(collectives);
    const StepTimes times = steps_on(collectives, folder, 3);
    CHECK(times.flops.dense == 2);
    if (collectives.rank() == 0) { costs = mine; }
  };
  parallel::on_ranks(2, work);
  REQUIRE(costs.size() == 8);
  for (const CollectiveTime& cost : costs) { CHECK(cost.seconds > 0); }
  CHECK(costs.front().bytes == 4 << 10);
  CHECK(costs.back().op == "all_gather");
  CHECK(costs.back().bytes == 16 << 20);
  CHECK(collective_times(*parallel::alone()).empty());
}

TEST_CASE("bench: a trace is made of the readings that the times are sums of") {
  const RunFolder folder("bench-trace");
  const Environment environment = folder.environment("bench", 1);
  const Device device{"CPU", 1e10};
  Reporter reporter(environment);
  const sweeps::PointFile file = toy_file(100, 2);
  const auto alone = parallel::alone();
  Training training(environment, file, device, reporter, kGoOn, *alone, open_toy);
  Trace trace(0, "rank 0", 0);
  training.trace = &trace;
  const TimeSplit times = measure_steps(training, 4).per_step;
  const auto document = nlohmann::json::parse(trace_document({trace.events()}, 0));
  std::map<std::string, double> seconds;
  double first_step = 0;
  for (const auto& event : document["traceEvents"]) {
    if (event["ph"] != "X") { continue; }
    if (event["name"] == "step" && first_step == 0) { first_step = event["ts"]; }
  }
  for (const auto& event : document["traceEvents"]) {
    if (event["ph"] != "X" || event["ts"] < first_step) { continue; }
    seconds[event["name"]] += event["dur"].get<double>() / 1e6;
  }
  const auto is_sum = [&](const char* name, double per_step_s) {
    CHECK(seconds.at(name) == doctest::Approx(4 * per_step_s).epsilon(1e-3));
  };
  is_sum("step", times.total_s);
  is_sum("data", times.data_wait_s);
  is_sum("communication", times.communication_exposed_s);
  CHECK(seconds.at("forward") + seconds.at("backward") + seconds.at("optimizer") ==
        doctest::Approx(4 * (times.forward_s + times.backward_s + times.optimizer_s +
                             times.communication_exposed_s))
            .epsilon(1e-3));
}

TEST_CASE("bench: the attention that ran is named, and memory has a rate") {
  const AttentionSeen seen;
  const at::Tensor x = at::ones({1, 2, 8, 16});
  CHECK(seen.text() == "none");
  at::scaled_dot_product_attention(x, x, x);
  CHECK(seen.text() == "flash_attention_for_cpu");
  CHECK(memory_bytes_per_s() > 1e8);
}
