// Method: a sweep of one size and two budgets on generated recordings, submitted to a store in
// memory; what could be made next is planned for real.
#include "orchestrator/submit/candidates.h"

#include "files/temporary_folder.h"
#include "recordings/generate/generate.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace enigma {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct World {
  TemporaryFolder folder;
  db::Store store = db::Store::open(":memory:");
  std::vector<db::NewPoint> points;

  explicit World(const Json& price = {}) {
    recordings::generate::GenerateOptions options;
    options.out = folder.path() / "data";
    options.sessions = 1;
    options.animals = 1;
    options.neurons = 8;
    options.minutes = 1;
    recordings::generate::generate(options);
    Json spec = {{"version", 1},
                 {"name", "sweep"},
                 {"data", {{"path", options.out.string()}}},
                 {"session_sets", {{"all", {{"first", 1}}}}},
                 {"evaluation", {{"sessions", "all"}, {"strategies", {"causal_response_25"}}}},
                 {"axes",
                  {{"model.size", {{{"width", 16}, {"layers", 1}, {"heads", 2}}}},
                   {"data.sessions", {"all"}},
                   {"train.shared_lr", {1e-3, 2e-3}},
                   {"budget.flops", {1e11, 4e11}}}}};
    if (!price.is_null()) { spec["ceilings"] = {{"usd_per_device_hour", price}}; }
    const SweepRequest request{spec.dump(), "spec.json", "", "", "/worker", {}, {}};
    const auto planned = plan_sweep(request, &store, folder.path());
    REQUIRE(planned.ok());
    points = rows_of(*planned.value, request, "");
    store.submit_sweep("sweep", request.text, points, 10);
  }
  Candidates candidates() const {
    auto found = candidates_of(candidate_request(store, "sweep", points.front().id, "all"), store,
                               folder.path());
    REQUIRE_MESSAGE(found.ok(), (found.diagnostics.empty() ? "" : found.diagnostics[0].message));
    return std::move(*found.value);
  }
  std::vector<sweeps::PlannedPoint> plan_of(const Json& spec) const {
    const SweepRequest request{spec.dump(), "next.json", "", "", "", {}, {}};
    auto planned = plan_sweep(request, &store, folder.path());
    REQUIRE_MESSAGE(planned.ok(),
                    (planned.diagnostics.empty() ? "" : planned.diagnostics[0].message));
    return planned.value->plan.points;
  }
};

TEST_CASE("candidates: the sweep's own, those between, and one step beyond, as far as they build") {
  const World world(2.5);
  const Candidates found = world.candidates();
  CHECK(found.budgets == std::vector<double>{2.5e10, 1e11, 2e11, 4e11, 1.6e12});
  CHECK(found.sizes.size() >= 2);
  REQUIRE(found.runs.size() == found.sizes.size() * found.budgets.size());
  const auto known = std::ranges::count_if(found.runs, &CandidateRun::known);
  CHECK(known == 2);  // of the four that the sweep has, those with the settings of the run
  CHECK(found.usd_per_device_hour == 2.5);
  for (const CandidateRun& run : found.runs) {
    if (!run.buildable) { continue; }
    CHECK(run.n > 0);
    CHECK(run.c > 0);
    CHECK(run.values["train.shared_lr"] == 1e-3);
  }
  CHECK(!World().candidates().usd_per_device_hour);
}

TEST_CASE("candidates: their spec plans, under the sweep's name, as the product of those chosen") {
  const World world;
  const Candidates found = world.candidates();
  const size_t columns = found.budgets.size(), last = columns - 1;
  for (size_t row = 0; row < found.sizes.size(); ++row) {
    REQUIRE(found.runs[row * columns + last].buildable);
  }
  const Json one = spec_of(found, {last});
  CHECK(one["name"] == "sweep");
  const auto alone = world.plan_of(one);
  REQUIRE(alone.size() == 1);
  CHECK(alone[0].flops == doctest::Approx(found.runs[last].c));
  CHECK(alone[0].sweep_point.values == found.runs[last].values);
  const auto product = world.plan_of(spec_of(found, {last - 1, columns + last}));
  CHECK(product.size() == 4);
  CHECK(std::ranges::count(product, sweeps::Action::reused, &sweeps::PlannedPoint::action) == 1);
}

TEST_CASE("candidates: of sessions that the sweep does not train on there are none") {
  const World world;
  const auto found =
      candidates_of(candidate_request(world.store, "sweep", world.points.front().id, "half"),
                    world.store, world.folder.path());
  REQUIRE(!found.ok());
  CHECK(found.diagnostics.front().found == "half");
}

}  // namespace
}  // namespace enigma
