#include "worker/bench/step_model.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::worker;
using doctest::Approx;
using sweeps::Schedule;

namespace {

// Two blocks, a second forward and two backward each; nothing stands before them.
const StepCompute kCompute = {.forward_s = {0, 1, 1}, .backward_s = {0, 2, 2}, .optimizer_s = 0.5};
// Between two ranks an all-reduce of B bytes takes B seconds, one way half of that.
const parallel::Network kNetwork = {.latency_s = 0, .bytes_per_s = 1};

StepTraffic traffic(Road road, Schedule schedule, double bytes) {
  return {.road = road,
          .schedule = schedule,
          .world = 2,
          .shard_ranks = 2,
          .sums = {{bytes, 2}, {bytes, 1}},
          .values = {{bytes, 1}, {bytes, 2}}};
}

/// What of it the ranks' words cost: 72 bytes, and 8 of squares.
constexpr double kWords = 72, kSquares = 8;

}  // namespace

TEST_CASE("step model: a rank alone waits for nobody") {
  const SimulatedStep step = simulated_step(kCompute, {}, kNetwork);
  CHECK(step.step_s == Approx(6.5));
  CHECK(step.communication_exposed_s == 0);
  CHECK(step.efficiency() == 1);
}

TEST_CASE("step model: sums after backward are waited for whole") {
  const auto step =
      simulated_step(kCompute, traffic(Road::all_reduce, Schedule::bucketed, 1.5), kNetwork);
  CHECK(step.communication_exposed_s == Approx(2 * 1.5 + kWords));
  CHECK(step.step_s == Approx(6.5 + 2 * 1.5 + kWords));
}

TEST_CASE("step model: sums beside backward are waited for from its end on") {
  // The last block's sum of 1.5 s is done half a second before the first one's begins.
  const auto step =
      simulated_step(kCompute, traffic(Road::all_reduce, Schedule::overlapped, 1.5), kNetwork);
  CHECK(step.communication_exposed_s == Approx(1.5 + kWords));
  // One of 3 s holds up the next by a second.
  const auto slow =
      simulated_step(kCompute, traffic(Road::all_reduce, Schedule::overlapped, 3), kNetwork);
  CHECK(slow.communication_exposed_s == Approx(1 + 3 + kWords));
}

TEST_CASE("step model: what is gathered after a step is waited for where the next one needs it") {
  const auto step = simulated_step(
      kCompute, traffic(Road::reduce_scatter_all_gather, Schedule::scattered, 2), kNetwork);
  // A sum takes 1 s; the words, the squares; the first block's gather of 1 s begins a quarter of a
  // second before the step's end, the second's is done before the first block is left.
  CHECK(step.communication_exposed_s == Approx(1 + kWords + kSquares + 0.75));
}

TEST_CASE("step model: latency counts once for each part of a collective") {
  const parallel::Network slow{.latency_s = 0.1, .bytes_per_s = 1e9};
  const auto step =
      simulated_step(kCompute, traffic(Road::all_reduce, Schedule::bucketed, 1), slow);
  CHECK(step.communication_exposed_s == Approx(3 * 2 * 0.1).epsilon(1e-6));
}

TEST_CASE("step model: only the last pass of a step sums whole gradients") {
  StepCompute twice = kCompute;
  twice.passes = 2;
  const auto sums = traffic(Road::all_reduce, Schedule::overlapped, 1.5);
  CHECK(simulated_step(twice, sums, kNetwork).step_s == Approx(12.5 + 1.5 + kWords));
}

TEST_CASE("step model: a cut block is gathered before each use and summed behind it") {
  StepTraffic cut = traffic(Road::all_gather_reduce_scatter, Schedule::overlapped, 0);
  cut.values = {{1, 1}, {1, 2}, {0, 0}};  // the blocks, and what belongs to none
  // One way takes half a second: the first gather is waited for, the second comes beside the first
  // block, both are still there for backward; of the sums the last is not hidden.
  const auto step = simulated_step(kCompute, cut, kNetwork);
  CHECK(step.communication_exposed_s == Approx(0.5 + kWords));
  // Where one way takes 200 s: both gathers, but for a second of forward, and both sums, but for
  // two of backward; they hide the words. Then the squares.
  StepTraffic slow = cut;
  slow.values = {{400, 1}, {400, 2}, {0, 0}};
  CHECK(simulated_step(kCompute, slow, kNetwork).communication_exposed_s ==
        Approx(400 - 1 + 400 - 2 + kSquares));
  StepCompute again = kCompute;
  again.passes = 2;
  const auto two = simulated_step(again, cut, kNetwork);
  CHECK(two.communication_exposed_s > step.communication_exposed_s);
  StepTraffic copies = cut;
  copies.road = Road::all_gather_reduce_scatter_all_reduce;
  copies.world = 4;
  CHECK(simulated_step(kCompute, copies, kNetwork).communication_exposed_s >
        step.communication_exposed_s + 1);
}

TEST_CASE("step model: time is spread over blocks as FLOPs are") {
  CHECK(by_block(8, 2, {0, 1, 3}, 2) == std::vector<double>{0, 1, 3});
  CHECK(by_block(8, 1, {}, 2) == std::vector<double>{8, 0, 0});
}

TEST_CASE("step model: what has one turn in the table travels together") {
  const std::vector<Route> routes = {{"table", 10, false, Road::all_reduce, 2, 1},
                                     {"a.x", 20, false, Road::all_reduce, 2, 2},
                                     {"b.x", 40, true, Road::all_reduce, 1, 2},
                                     {"norm", 4, false, Road::all_reduce, 1, 1}};
  const StepTraffic traffic = traffic_of(routes, {"a.", "b."}, 4);
  REQUIRE(traffic.sums.size() == 2);
  CHECK(traffic.sums[0].bytes == 176);  // the norm after b lands with it
  CHECK(traffic.sums[0].block == 2);
  CHECK(traffic.sums[0].has_matrices);
  CHECK(traffic.sums[1].bytes == 120);
  CHECK(traffic.sums[1].block == 0);
  REQUIRE(traffic.values.size() == 2);
  CHECK(traffic.values[0].bytes == 56);
  CHECK(traffic.values[0].block == 0);  // … and is needed from the beginning
  CHECK(traffic.values[1].block == 1);
}
