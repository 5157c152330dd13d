#include "orchestrator/submit/submission.h"

#include "recordings/generate/generate.h"

#include <doctest/doctest.h>

#include <cstdlib>

namespace enigma {
namespace {

namespace fs = std::filesystem;

/// Recordings of one session, and a store, in a folder of their own.
struct World {
  fs::path path = [] {
    std::string name = (fs::temp_directory_path() / "enigma-submission-XXXXXX").string();
    return fs::path(::mkdtemp(name.data()));
  }();
  db::Store store = db::Store::open(path / "runs.db");

  World() {
    recordings::generate::GenerateOptions options;
    options.out = path / "data";
    options.sessions = options.animals = 1;
    options.neurons = 8;
    options.minutes = 1;
    recordings::generate::generate(options);
  }
  ~World() { fs::remove_all(path); }

  SweepRequest request(const nlohmann::json& more = nlohmann::json::object()) const {
    nlohmann::json spec = {
        {"version", 1},
        {"name", "sweep"},
        {"session_sets", {{"all", {{"first", 1}}}}},
        {"evaluation", {{"sessions", "all"}, {"strategies", {"causal_response_25"}}}},
        {"defaults", {{"model", {{"size", {{"width", 16}, {"layers", 1}, {"heads", 2}}}}}}},
        {"axes", {{"data.sessions", {"all"}}, {"budget.flops", {1e11, 2e11}}}}};
    spec.update(more);
    SweepRequest request{spec.dump(), "spec.json", (path / "data").string(), "", "/bin/worker",
                         {},          {}};
    return request;
  }

  PlannedSweep planned(const SweepRequest& request) const {
    auto planned = plan_sweep(request, &store, path);
    for (const Diagnostic& one : planned.diagnostics) { MESSAGE(to_text(one)); }
    REQUIRE(planned.ok());
    return std::move(*planned.value);
  }

  std::vector<std::string> submit(const SweepRequest& request) {
    const PlannedSweep sweep = planned(request);
    return store.submit_sweep("sweep", request.text, rows_of(sweep, request, ""), 1);
  }

  nlohmann::json stored_plan() const {
    return nlohmann::json::parse(store.memberships("sweep").at(0).plan);
  }
};

TEST_CASE("submission: the same spec again writes nothing, and its plans stay") {
  World world;
  CHECK(world.submit(world.request()).size() == 2);
  const int64_t written = world.store.rows_written();
  CHECK(world.submit(world.request()).empty());
  CHECK(world.store.rows_written() == written);
  CHECK(world.stored_plan()["action"] == "new");
  // A speed that somebody states says more than was told then.
  SweepRequest stated = world.request();
  stated.flops_per_s = 1e9;
  CHECK(world.submit(stated).empty());
  CHECK(world.store.rows_written() > written);
  CHECK(world.stored_plan()["device_hours"].is_number());
}

TEST_CASE("submission: another worker or place follows, whatever is kept") {
  World world;
  world.submit(world.request());
  SweepRequest other = world.request();
  other.worker = "/bin/other";
  const int64_t written = world.store.rows_written();
  CHECK(world.submit(other).empty());
  CHECK(world.store.rows_written() == written + 2);
  const std::string id = world.store.memberships("sweep").at(0).run;
  CHECK(nlohmann::json::parse(world.store.run(id)->placement)["worker"] == "/bin/other");
}

TEST_CASE(
    "submission: an extended spec adds what is new, and what has changed is told against it") {
  World world;
  world.submit(world.request());
  CHECK(world.submit(world.request({{"seeds", {0, 1}}})).size() == 2);
  const SweepRequest changed =
      world.request({{"defaults",
                      {{"model", {{"size", {{"width", 16}, {"layers", 1}, {"heads", 2}}}}},
                       {"train", {{"beta2", 0.9}}}}}});
  for (const sweeps::PlannedPoint& point : world.planned(changed).plan.points) {
    CHECK(point.action == sweeps::Action::changed);
    CHECK(point.why == "/train");
  }
}

TEST_CASE(
    "submission: settings of a worker of one's own are told where ours would pass over them") {
  World world;
  SweepRequest request = world.request(
      {{"axes",
        {{"data.sessions", {"all"}}, {"budget.flops", {1e11}}, {"worker.rate", {0.1, 0.2}}}}});
  CHECK(plan_sweep(request, nullptr, world.path).diagnostics.empty());
  request.worker = "/opt/bin/enigma-worker";
  const auto planned = plan_sweep(request, nullptr, world.path);
  CHECK(planned.ok());
  REQUIRE(planned.diagnostics.size() == 1);
  CHECK(planned.diagnostics[0].pointer == "/axes/worker.rate/0");
}

}  // namespace
}  // namespace enigma
