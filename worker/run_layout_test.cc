#include "worker/run_layout.h"

#include "worker/run_fixture.h"
#include "worker/same_on_ranks.h"
#include "worker/toy_family.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::worker;
using Json = nlohmann::json;

namespace {

const RunFolder& folder() {
  static const RunFolder shared("layout");
  return shared;
}

/// What rank 0 of `world` writes.
Json layout_of(int64_t world, const Sharing& sharing) {
  static int runs = 0;
  const Environment environment = folder().environment("run-" + std::to_string(++runs), 1);
  sweeps::PointFile file = toy_file(10, 4);
  share(file.point, sharing);
  parallel::on_ranks(world, [&](parallel::Collectives& collectives) {
    Environment own = environment;
    own.rank = collectives.rank();
    const Device device{"device " + std::to_string(own.rank), 1e10, at::TensorOptions(at::kFloat)};
    Reporter reporter(own);
    const Training training(own, file, device, reporter, kGoOn, collectives, open_toy);
    write_layout(training);
  });
  return Json::parse(read_file(environment.attempt_dir / "layout.json"));
}

}  // namespace

TEST_CASE("layout: one rank shares nothing") {
  const Json layout = layout_of(1, {});
  REQUIRE(layout["ranks"].size() == 1);
  CHECK(layout["ranks"][0]["device"] == "device 0");
  CHECK_FALSE(layout["ranks"][0]["node"].get<std::string>().empty());
  const Json& communication = layout["communication"];
  CHECK(communication["bytes_per_step"] == 0);
  REQUIRE(communication["parameters"].size() == 5);
  CHECK(communication["parameters"][0]["name"] == "slope");
  CHECK(communication["parameters"][0]["elements"] == 3);
  CHECK(communication["parameters"][0]["road"] == "none");
  CHECK(communication["parameters"][0]["sum_turn"].is_null());
}

TEST_CASE("layout: every form names the road of a parameter, and every rank its device") {
  struct Expected {
    Sharing sharing;
    const char* road;
    int64_t bytes;
  };
  const Expected forms[] = {
      {{.schedule = sweeps::Schedule::bucketed}, "all-reduce, step", 12},
      {{.schedule = sweeps::Schedule::scattered}, "reduce-scatter, step, all-gather", 24},
      {{.form = sweeps::Form::shard}, "all-gather, reduce-scatter, step", 36},
      {{.form = sweeps::Form::hybrid}, "all-gather, reduce-scatter, all-reduce, step", 36}};
  for (const Expected& form : forms) {
    CAPTURE(form.road);
    const Json layout = layout_of(4, form.sharing);
    REQUIRE(layout["ranks"].size() == 4);
    CHECK(layout["ranks"][3]["device"] == "device 3");
    const Json& communication = layout["communication"];
    CHECK(communication["form"] == name_of(form.sharing.form));
    CHECK(communication["bytes_per_step"] == form.bytes);
    const Json& slope = communication["parameters"][0];
    CHECK(slope["road"] == form.road);
    CHECK(slope["sum_turn"] == 1);
    CHECK(slope["step_turn"] == 1);
    CHECK(communication["parameters"][1]["class"] == "session");
    CHECK(communication["parameters"][1]["road"] == "none");
  }
}
