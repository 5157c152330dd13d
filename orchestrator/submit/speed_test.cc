#include "orchestrator/submit/speed.h"

#include <doctest/doctest.h>

using namespace enigma;

namespace {

constexpr const char* kPoint = R"({"budget":{"flops":4e9},"data":{"sessions":"d"},
  "model":{"size":"1M"}})";

void add_finished(db::Store& store, const std::string& id, const std::string& point,
                  const std::string& device, double at, double seconds, double flops,
                  int64_t resumed_from = 0) {
  db::NewPoint planned{.id = id, .id_version = sweeps::kIdVersion, .point = point};
  planned.point_file = planned.placement = planned.values = planned.plan = "{}";
  planned.target_step = 10;
  store.submit_sweep("s", "{}", {planned}, 1);
  db::Run run = store.run(id)->run;
  db::Attempt attempt;
  attempt.token = "t" + id;
  attempt.executor = "local";
  attempt.started_at = at;
  attempt.progress.said_at = attempt.ended_at.emplace(at + seconds);
  attempt.progress.step = 10;
  attempt.progress.flops = flops;
  if (resumed_from > 0) { attempt.resumed_from_step = resumed_from; }
  attempt.world = 2;
  attempt.devices = {device};
  attempt.ending = db::Ending{std::nullopt, "exit_file", "done", 0, at + seconds};
  run.attempts = {attempt};
  run.state = db::State::done;
  store.save({run}, {});
}

}  // namespace

TEST_CASE("speed: a device is its name and its threads, whatever was measured on it") {
  CHECK(device_kind("CPU (peak measured: 9.0 GFLOP/s float32, 1 thread)") == "CPU, 1 thread");
  CHECK(device_kind("CPU (peak measured: 9.1 GFLOP/s float32, 1 thread)") == "CPU, 1 thread");
  CHECK(device_kind("CPU (peak measured: 9.1 GFLOP/s float32, 4 threads)") == "CPU, 4 threads");
  CHECK(device_kind("NVIDIA H100 80GB (peak 989 TFLOP/s bfloat16)") == "NVIDIA H100 80GB");
  CHECK(device_kind("fake") == "fake");
  CHECK(device_kind("") == "");
}

TEST_CASE("speed: FLOPs over device seconds of what finished on the last device, by shape") {
  db::Store store = db::Store::open(":memory:");
  CHECK(measured_speeds(store).empty());
  add_finished(store, "old", kPoint, "GPU", 100, 1, 1e15);
  add_finished(store, "a", kPoint, "CPU (peak measured: 9.0 GFLOP/s, 1 thread)", 200, 10, 4e9);
  add_finished(store, "b", kPoint, "CPU (peak measured: 8.8 GFLOP/s, 1 thread)", 300, 30, 4e9);
  const auto speeds = measured_speeds(store);
  REQUIRE(speeds.size() == 1);
  CHECK(speeds.begin()->first == sweeps::speed_key(nlohmann::json::parse(kPoint)));
  CHECK(speeds.begin()->second == doctest::Approx(8e9 / (2 * 40)));
}

TEST_CASE("speed: an attempt that went on from a checkpoint is credited with its own steps alone") {
  db::Store store = db::Store::open(":memory:");
  add_finished(store, "a", kPoint, "CPU", 200, 10, 4e9, 5);
  CHECK(measured_speeds(store).begin()->second == doctest::Approx(2e9 / (2 * 10)));
}
