#include "sweeps/ceiling.h"

#include "sweeps/plan.h"
#include "sweeps/recordings_fixture.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::sweeps;

namespace {

std::string a_text(const std::string& ceilings) {
  return R"({"version": 1, "name": "n", "session_sets": {"two": {"first": 2}},
    "evaluation": {"sessions": "two", "strategies": ["video_only"]},
    "defaults": {"train": {"lanes": 2, "windows_per_lane": 1, "strategies": ["causal", "video"]},
                 "data": {"sessions": "two"}},
    "axes": {"model.size": [{"width": 16, "layers": 1, "heads": 1}], "budget.flops": [1e13, 1e14]},
    "ceilings": )" +
         ceilings + "}";
}

Parsed<Plan> a_plan(const std::string& ceilings, std::optional<double> flops_per_s = {}) {
  const auto spec = parse_spec(a_text(ceilings), "s.json");
  REQUIRE(spec.ok());
  Surroundings surroundings;
  surroundings.speeds.stated = flops_per_s;
  return make_plan(*spec.value, some_recordings(), surroundings);
}

}  // namespace

TEST_CASE("ceiling: the narrower of hours and dollars") {
  CHECK_FALSE(ceiling_of({}, 2));
  CHECK(ceiling_of({.device_hours = 12}, {})->text == "12 device-hours");
  CHECK(ceiling_of({.device_hours = 12, .usd = 40}, 2)->device_hours == 12);
  const auto dollars = ceiling_of({.device_hours = 30, .usd = 40, .stops_runs = true}, 2);
  CHECK(dollars->device_hours == 20);
  CHECK(dollars->text == "$40 at $2 a device-hour");
  CHECK(dollars->stops_runs);
}

TEST_CASE("ceiling: dollars need a price") {
  const auto refused = a_plan(R"({"usd": 10})");
  CHECK_FALSE(refused.ok());
  CHECK(refused.diagnostics.back().pointer == "/ceilings/usd");
  CHECK(refused.diagnostics.back().line > 0);
  CHECK(a_plan(R"({"usd": 10, "usd_per_device_hour": 2})").value->ceiling->device_hours == 5);
}

TEST_CASE("ceiling: the plan tells what will be held, and where nothing can be reserved") {
  // 1.1e14 FLOPs at 1e10 a second are about 3.06 hours.
  CHECK(a_plan(R"({"device_hours": 4})", 1e10).value->warnings.empty());
  const auto narrow = a_plan(R"({"device_hours": 2})", 1e10).value->warnings;
  REQUIRE(narrow.size() == 1);
  CHECK(narrow[0].pointer == "/ceilings");
  CHECK(narrow[0].found.starts_with("about 3.0"));
  const auto unknown = a_plan(R"({"device_hours": 2})").value->warnings;
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].message.find("not known yet") != std::string::npos);
}
