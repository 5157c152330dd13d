#include "sweeps/plan.h"

#include "files/atomic_file.h"
#include "sweeps/recordings_fixture.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>

using namespace enigma;
using namespace enigma::sweeps;

namespace {

Spec spec_of(const std::string& text) {
  auto parsed = parse_spec(text, "s.json");
  REQUIRE(parsed.ok());
  return std::move(*parsed.value);
}

/// Two sizes x two subsets x two budgets; `more` are further members, `train` and `parallel`
/// settings.
Spec a_spec(const std::string& more = "\"seeds\": [0]", const std::string& budgets = "[1e13, 1e14]",
            const std::string& train = "", const std::string& parallel = "") {
  return spec_of(R"({"version": 1, "name": "n",
    "session_sets": {"two": {"first": 2}, "all": {"first": 3}},
    "evaluation": {"sessions": "two", "strategies": ["video_only"]},
    "defaults": {"parallel": {)" +
                 parallel + R"(}, "train": {)" + train +
                 R"("lanes": 2, "windows_per_lane": 1, "strategies": ["causal", "video"]}},
    "axes": {"model.size": [{"width": 16, "layers": 1, "heads": 1},
                            {"width": 32, "layers": 2, "heads": 2}],
      "data.sessions": ["two", "all"],
      "budget.flops": )" +
                 budgets + "}, " + more + "}");
}

Plan a_plan(const Spec& spec, const Surroundings& surroundings = {}) {
  auto parsed = make_plan(spec, some_recordings(), surroundings);
  REQUIRE(parsed.ok());
  return std::move(*parsed.value);
}

nlohmann::json canonical_of(const PlannedPoint& point) {
  return nlohmann::json::parse(point.sweep_point.canonical);
}

std::vector<Diagnostic> complaints(const Spec& spec,
                                   const recordings::Manifest& manifest = some_recordings()) {
  const auto parsed = make_plan(spec, manifest, {});
  CHECK_FALSE(parsed.ok());
  return parsed.diagnostics;
}

}  // namespace

TEST_CASE("plan: the product of the axes, cheapest budget first, with different ids") {
  const Plan plan = a_plan(a_spec("\"seeds\": [0, 7]"));
  REQUIRE(plan.points.size() == 16);
  CHECK(plan.points.front().sweep_point.name == "16x1x1/two/1e+13/seed=0");
  CHECK(plan.points[1].point().seed == 7);
  CHECK(plan.points.back().sweep_point.name == "32x2x2/all/1e+14/seed=7");
  std::set<std::string> ids;
  for (const auto& point : plan.points) { ids.insert(point.sweep_point.id); }
  CHECK(ids.size() == 16);
}

TEST_CASE("plan: steps, FLOPs, windows and epochs agree with each other") {
  for (const PlannedPoint& point : a_plan(a_spec()).points) {
    CHECK(point.flops_per_step == doctest::Approx(2 * point.flops_per_window));
    CHECK(point.flops == doctest::Approx(double(point.steps) * point.flops_per_step));
    CHECK(point.flops == doctest::Approx(point.point().budget_flops).epsilon(0.01));
    CHECK(point.windows == 2 * point.steps);
    const int64_t sessions = static_cast<int64_t>(point.point().sessions.size());
    CHECK(point.windows_unique == 240 * sessions);
    CHECK(point.epochs == doctest::Approx(double(point.windows) / double(240 * sessions)));
    CHECK(point.params.total == point.params.shared + point.params.session);
    CHECK(point.neuron_seconds == doctest::Approx((sessions == 2 ? 180 : 300) * 240 * 2.0));
    CHECK(point.memory_bytes > 0);
    CHECK_FALSE(point.device_hours);
  }
}

TEST_CASE("plan: planning again gives the same document, byte for byte") {
  CHECK(to_json(a_plan(a_spec())).dump() == to_json(a_plan(a_spec())).dump());
}

TEST_CASE("plan: a budget of few steps is a warning, of less than ten an error") {
  const double step = a_plan(a_spec()).points.front().flops_per_step;
  const auto budget = [&](double steps) {
    return a_spec("\"seeds\": [0]", "[" + std::to_string(steps * step) + "]");
  };
  const auto with_size = [&](double steps) {
    Spec spec = budget(steps);
    for (Axis& axis : spec.axes) { axis.values.resize(1); }
    return spec;
  };
  CHECK(a_plan(with_size(30)).points[0].warnings.empty());
  CHECK(a_plan(with_size(30.4)).points[0].warnings.size() == 1);
  const auto errors = complaints(with_size(5.4));
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].pointer == "/axes/budget.flops/0");
  CHECK(complaints(with_size(0.2)).size() == 1);
}

TEST_CASE("plan: reused, changed and new are told apart, and why") {
  const Plan first = a_plan(a_spec());
  Surroundings known;
  known.known_ids = {first.points[0].sweep_point.id};
  for (const PlannedPoint& point : first.points) {
    known.earlier.push_back({point.sweep_point.id, point.sweep_point.values.dump(),
                             point.point().seed, point.sweep_point.canonical});
  }
  Spec spec = a_spec();
  CHECK(a_plan(spec, known).points[0].action == Action::reused);
  spec.defaults[0].value = 1;  // train.lanes
  const Plan second = a_plan(spec, known);
  CHECK(second.points[0].action == Action::changed);
  CHECK(second.points[0].why == "/train/lanes");
  known.earlier.clear();
  CHECK(a_plan(spec, known).points[0].action == Action::fresh);
}

TEST_CASE("plan: hours and dollars follow FLOPs at the speed measured for the shape, else stated") {
  const Spec spec = a_spec(R"("ceilings": {"usd_per_device_hour": 2})");
  const Json unknown = to_json(a_plan(spec));
  for (const char* key : {"device_hours", "usd", "basis"}) {
    CHECK(unknown["totals"][key].is_null());
    CHECK(unknown["points"][0][key].is_null());
  }
  Surroundings known;
  const Plan first = a_plan(spec);
  known.speeds.measured[speed_key(canonical_of(first.points[0]))] = 1e10;
  const Plan half = a_plan(spec, known);
  for (const PlannedPoint& point : half.points) {
    const bool same = point.point().size.width == first.points[0].point().size.width;
    CHECK(point.device_hours.has_value() == same);
    if (!same) { continue; }
    CHECK(*point.device_hours == doctest::Approx(point.flops / 1e10 / 3600));
    CHECK(*point.usd == doctest::Approx(2 * *point.device_hours));
  }
  CHECK(to_json(half)["points"][0]["basis"] == "measured on this device");
  CHECK(to_json(half)["totals"]["device_hours"].is_null());  // of a part is not the sweep's
  CHECK(to_json(half)["totals"]["basis"].is_null());

  known.speeds.stated = 2e10;
  const Json whole = to_json(a_plan(spec, known));
  CHECK(whole["points"][0]["basis"] == "measured on this device");
  CHECK(whole["points"].back()["basis"] == "stated mfu");
  CHECK(whole["points"].back()["device_hours"].get<double>() ==
        doctest::Approx(whole["points"].back()["flops"].get<double>() / 2e10 / 3600));
  CHECK(whole["totals"]["basis"] == "stated mfu");
  CHECK(whole["totals"]["device_hours"].is_number());
}

TEST_CASE("plan: the shape that speed depends on is neither budget nor sessions nor seed") {
  const Plan plan = a_plan(a_spec("\"seeds\": [0, 7]"));
  std::set<std::string> keys;
  for (const PlannedPoint& point : plan.points) { keys.insert(speed_key(canonical_of(point))); }
  CHECK(keys.size() == 2);  // the two sizes
  Spec wide = a_spec();
  wide.defaults.push_back({"train.windows_per_lane", "", 4});
  CHECK_FALSE(keys.contains(speed_key(canonical_of(a_plan(wide).points[0]))));
}

TEST_CASE("plan: an earlier point is found however its numbers were written") {
  const Plan first = a_plan(a_spec());
  Surroundings known;
  for (const PlannedPoint& point : first.points) {
    std::string values = point.sweep_point.values.dump();
    values.replace(values.find("10000000000000.0"), 16, "1e13");
    known.earlier.push_back(
        {point.sweep_point.id, values, point.point().seed, point.sweep_point.canonical});
    break;
  }
  Spec spec = a_spec();
  spec.defaults[0].value = 1;  // train.lanes
  CHECK(a_plan(spec, known).points[0].why == "/train/lanes");
}

TEST_CASE("plan: too many lanes, too long a warm-up and missing windows are errors") {
  Spec lanes = a_spec();
  for (Assignment& assignment : lanes.defaults) {
    if (assignment.path == "train.lanes") { assignment.value = 3; }
  }
  const auto too_many = complaints(lanes);
  REQUIRE(too_many.size() == 2);  // once a size, for 'two' only
  CHECK(too_many[0].message == "more lanes than sessions in 'two'");
  CHECK(too_many[0].pointer == "/defaults/train/lanes");

  Spec warm = a_spec();
  warm.defaults.push_back({"schedule.warmup_steps", "/defaults/schedule/warmup_steps", 100000000});
  CHECK(complaints(warm).size() == 8);

  auto manifest = some_recordings();
  manifest.sessions[1].tiers.erase("test");
  manifest.sessions[2].tiers.erase("train");
  const auto missing = complaints(a_spec(), manifest);
  REQUIRE(missing.size() == 2);
  CHECK(missing[0].expected == "at least one window of tier 'train'");
  CHECK(missing[1].expected == "at least one window of tier 'test'");
}

TEST_CASE("plan: strategies that the recordings cannot carry are listed; one must remain") {
  auto manifest = some_recordings();
  for (auto& session : manifest.sessions) { session.video_height = session.video_width = 0; }
  const auto nothing = complaints(a_spec(), manifest);
  CHECK(nothing.back().message == "no evaluation strategy remains");

  Spec spec = a_spec();
  spec.evaluation_strategies.push_back("causal_response_25");
  for (Assignment& assignment : spec.defaults) {
    if (assignment.path == "train.strategies") { assignment.value = "published"; }
  }
  const auto parsed = make_plan(spec, manifest, {});
  REQUIRE(parsed.ok());
  const PlannedPoint& point = parsed.value->points[0];
  REQUIRE(point.strategies_dropped);
  CHECK_FALSE(point.strategies_dropped->empty());
  CHECK(point.strategies_dropped->size() < 120);
  CHECK(parsed.value->warnings.size() == 1);
}

TEST_CASE(
    "plan: evaluation without a modality that training always shows is a warning, told once") {
  Spec spec = a_spec();
  spec.evaluation_strategies = {"video_only", "causal_response_25", "video_behavior"};
  CHECK(a_plan(spec).warnings.empty());
  for (Assignment& assignment : spec.defaults) {
    if (assignment.path == "train.strategies") { assignment.value = "causal"; }
  }
  const auto warnings = a_plan(spec).warnings;
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0].message ==
        "scores of causal_response_25, video_only depend on chance: they hide behavior, and "
        "training never does");
  CHECK(warnings[1].message ==
        "scores of video_behavior, video_only depend on chance: they hide responses, and training "
        "never does");
  CHECK(warnings[0].pointer == "/defaults/train/strategies");
}

TEST_CASE("plan: a new spec of a published size means causal windows, a small one has none") {
  const auto model_of = [](const std::string& size, const std::string& more) {
    Spec spec = spec_of(R"({"version": 1, "name": "n", "session_sets": {"all": {"first": 3}},
      "evaluation": {"sessions": "all", "strategies": ["video_only"]},
      "defaults": {"model": {"size": )" +
                        size + more + R"(}, "data": {"sessions": "all"},
        "train": {"windows_per_lane": 1}}, "axes": {"budget.flops": [1e18]}})");
    return nlohmann::json(canonical_of(a_plan(spec).points.at(0))["model"]);
  };
  CHECK(model_of("\"1M\"", "")["video_layout"] == "causal_windows");
  CHECK_FALSE(model_of("\"1M\"", R"(, "video_layout": "published")").contains("video_layout"));
  const std::string small = R"({"width": 16, "layers": 1, "heads": 1})";
  CHECK_FALSE(model_of(small, R"(, "video_layout": "causal_windows")").contains("video_layout"));
}

TEST_CASE("plan: two names for the same sessions are one run, with a warning") {
  Spec spec = a_spec();
  spec.session_sets[1].first = 2;  // "all" is now "two"
  const Plan plan = a_plan(spec);
  CHECK(plan.points.size() == 4);
  CHECK(plan.warnings.size() == 4);
}

TEST_CASE("plan: resources take the first rule that holds, over whatever a point has") {
  const Plan plan = a_plan(a_spec(R"("resources": [
      {"if": "data.sessions == 'all' && model.width > 16", "devices": 4},
      {"if": "train.lanes == 2 && model.size == '32x2x2'", "devices": 2}])"));
  for (const PlannedPoint& point : plan.points) {
    const bool is_large = point.point().size.width == 32;
    CHECK(point.devices == (!is_large ? 1 : point.sweep_point.subset == "all" ? 4 : 2));
  }
}

TEST_CASE("plan: of a model cut over ranks, a rank holds its part of the shared state") {
  const std::string nodes = R"("resources": [{"devices": 1, "nodes": 4}])";
  const auto plan_with = [&](const std::string& train, const std::string& parallel) {
    return a_plan(a_spec(nodes, "[1e13, 1e14]", train, parallel)).points[0];
  };
  const PlannedPoint whole = plan_with("", "");
  const int64_t shared = 16 * whole.params.shared;
  CHECK(whole.memory_bytes - plan_with("", R"("form": "shard")").memory_bytes ==
        shared - shared / 4);
  const std::string hybrid = R"("form": "hybrid", "shard_ranks": 2)";
  CHECK(whole.memory_bytes - plan_with("", hybrid).memory_bytes == shared - shared / 2);
  // Activations that are not kept do not count.
  const PlannedPoint again = plan_with(R"("checkpointing": "blocks", )", "");
  CHECK(again.memory_bytes == 16 * whole.params.total);
  CHECK(again.sweep_point.id == whole.sweep_point.id);
}

TEST_CASE("plan: windows of a lane that cannot be taken in equal parts are told at their place") {
  const auto faults = complaints(a_spec("\"seeds\": [0]", "[1e13]", R"("accumulation": 2, )"));
  REQUIRE(!faults.empty());
  CHECK(faults[0].pointer == "/defaults/train/accumulation");
  CHECK(faults[0].expected == "a divisor of train.windows_per_lane, which is 1");
  CHECK(faults[0].suggestion == "1");
}

TEST_CASE("plan: every key of the contract is there, unknown is null") {
  const Json json = to_json(a_plan(a_spec()));
  for (const char* key : {"points", "new", "reused", "extended", "changed", "flops", "flops_saved",
                          "device_hours", "usd", "basis"}) {
    CHECK(json["totals"].contains(key));
  }
  for (const char* key : {"id",           "id_version",
                          "name",         "action",
                          "why",          "values",
                          "seed",         "family",
                          "size",         "params",
                          "data",         "budget_flops",
                          "flops",        "flops_per_window",
                          "lanes",        "windows_per_lane",
                          "steps",        "windows",
                          "epochs",       "schedule",
                          "trunk",        "strategies_dropped",
                          "memory_bytes", "device_hours",
                          "usd",          "basis",
                          "resources",    "warnings"}) {
    CHECK(json["points"][0].contains(key));
  }
  CHECK(json["points"][0]["device_hours"].is_null());
  CHECK(json["totals"]["new"] == 8);
}

TEST_CASE("plan: the examples can be planned, the published study on 323 sessions") {
  const std::filesystem::path examples = std::string(ENIGMA_SOURCE_DIR) + "/examples";
  recordings::Manifest manifest;
  manifest.data = "recordings";
  for (int i = 0; i < 323; ++i) {
    manifest.sessions.push_back(a_session(fmt::format("m{:03}-{}", i / 4, i % 4), 8000, 3600));
  }
  const auto plan_of = [&](const char* name) {
    const auto spec = parse_spec(read_file(examples / name), name);
    REQUIRE(spec.ok());
    auto plan = make_plan(*spec.value, manifest, {});
    for (const Diagnostic& one : plan.diagnostics) { MESSAGE(to_text(one)); }
    REQUIRE(plan.ok());
    return std::move(*plan.value);
  };
  const Plan study = plan_of("scaling-study.json");
  CHECK(study.points.size() == 5 * 5 * 5 - 5);
  for (const PlannedPoint& point : study.points) { CHECK(point.steps > 100); }
  CHECK(study.points.back().point().sessions.size() == 323);
  CHECK(study.points.back().nodes == 2);
  CHECK(plan_of("learning-rates.json").points.size() == 2 * 3 + 1);
  CHECK(plan_of("python/fit_line.json").points.size() == 2);
  // Recordings that are fewer than the study asks for are told where it asks.
  manifest.sessions.resize(100);
  const auto spec = parse_spec(read_file(examples / "scaling-study.json"), "study");
  const auto few = make_plan(*spec.value, manifest, {});
  REQUIRE(few.diagnostics.size() == 1);
  CHECK(few.diagnostics[0].pointer == "/session_sets/323/first");
}
