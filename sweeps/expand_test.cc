#include "sweeps/expand.h"

#include "files/atomic_file.h"
#include "sweeps/canonical.h"
#include "sweeps/recordings_fixture.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <set>

using namespace enigma;
using namespace enigma::sweeps;

namespace {

/// A spec of one small model on all recordings; `more` are further members.
Spec spec_of(const std::string& more, const std::string& defaults = "") {
  auto parsed = parse_spec(R"({"version": 1, "name": "n",
    "session_sets": {"two": {"first": 2}, "all": {"first": 3}},
    "evaluation": {"sessions": "two", "strategies": ["video_only"]},
    "defaults": {"model": {"size": {"width": 16, "layers": 1, "heads": 1}},
      "data": {"sessions": "all"}, "budget": {"flops": 1e15})" +
                               defaults + "}, " + more + "}",
                           "s.json");
  for (const Diagnostic& one : parsed.diagnostics) { MESSAGE(to_text(one)); }
  REQUIRE(parsed.ok());
  return std::move(*parsed.value);
}

Parsed<std::vector<SweepPoint>> expanded(const Spec& spec) {
  const auto manifest = some_recordings();
  const auto sets = resolve_sets(spec, manifest);
  REQUIRE(sets.ok());
  return expand(spec, *sets.value, manifest);
}

std::vector<SweepPoint> points_of(const std::string& more, const std::string& defaults = "") {
  auto parsed = expanded(spec_of(more, defaults));
  for (const Diagnostic& one : parsed.diagnostics) { MESSAGE(to_text(one)); }
  REQUIRE(parsed.ok());
  return std::move(*parsed.value);
}

std::vector<Diagnostic> complaints(const std::string& more, const std::string& defaults = "") {
  return expanded(spec_of(more, defaults)).diagnostics;
}

}  // namespace

TEST_CASE("expand: the product of axes and zip groups, whose lists vary together") {
  const auto points = points_of(R"("axes": {"train.beta2": [0.9, 0.95]},
    "zip": [{"train.lanes": [1, 2], "train.shared_lr": [0.01, 0.02]},
            {"train.epsilon": [1e-8, 1e-6, 1e-4]}])");
  REQUIRE(points.size() == 2 * 2 * 3);
  for (const SweepPoint& point : points) {
    CHECK(point.point.shared_lr == 0.01 * double(point.point.lanes));
    CHECK(point.canonical == canonical(point.point).dump());
    CHECK(point.id == id_of(canonical(point.point)));
  }
  CHECK(points[0].name == "16x1x1/all/1e+15/beta2=0.9/epsilon=1e-08/lanes=1/shared_lr=0.01");
  CHECK(points[1].point.epsilon == 1e-6);  // the last group turns fastest
  CHECK(points[3].point.lanes == 2);
  CHECK(points[6].point.beta2 == 0.95);
  CHECK(points[0].values.dump() ==
        R"({"train.beta2":0.9,"train.epsilon":1e-08,"train.lanes":1,"train.shared_lr":0.01})");
}

TEST_CASE("expand: included points stand above the defaults, behind the product") {
  const auto points = points_of(R"("axes": {"train.lanes": [1, 2]},
    "include": [{"train.beta2": 0.5}, {"train.lanes": 3, "data.sessions": "two"}])");
  REQUIRE(points.size() == 4);
  CHECK(points[2].point.beta2 == 0.5);
  CHECK(points[2].point.lanes == 1);
  CHECK(points[3].point.lanes == 3);
  CHECK(points[3].point.sessions.size() == 2);
  // Every point says what it has at each PATH that varies.
  CHECK(points[0].values.dump() == R"({"data.sessions":"all","train.beta2":0.98,"train.lanes":1})");
  CHECK(points[2].values.dump() == R"({"data.sessions":"all","train.beta2":0.5,"train.lanes":1})");
}

TEST_CASE("expand: points may be those of include alone") {
  const auto points = points_of(R"("include": [{"train.lanes": 2}, {"train.lanes": 3}])");
  REQUIRE(points.size() == 2);
  CHECK(points[0].point.lanes == 2);
}

TEST_CASE("expand: derived values follow from what a point has, one from another") {
  const auto points = points_of(R"("axes": {"model.size": [{"width": 16, "layers": 1, "heads": 1},
                                                           {"width": 64, "layers": 1, "heads": 1}]},
    "derive": {"train.session_lr": "4 * train.shared_lr", "train.lanes": "data.session_count - 1",
               "train.shared_lr": "0.01 * (16 / model.width) ^ 0.5"})");
  REQUIRE(points.size() == 2);
  CHECK(points[0].point.shared_lr == 0.01);
  CHECK(points[1].point.shared_lr == 0.005);
  CHECK(points[1].point.session_lr == 0.02);
  CHECK(points[1].point.lanes == 2);
  CHECK(points[1].values["train.shared_lr"] == 0.005);
  CHECK(points[1].name == "64x1x1/all/1e+15");
  // A derived value is the value: the id is that of a point which has it set.
  const auto set = points_of(R"("axes": {"model.size": [{"width": 64, "layers": 1, "heads": 1}]})",
                             R"(, "train": {"shared_lr": 0.005, "session_lr": 0.02, "lanes": 2})");
  CHECK(set[0].id == points[1].id);
}

TEST_CASE("expand: a derived value that its PATH may not have is told once, with its numbers") {
  const std::string axes = R"("axes": {"train.windows_per_lane": [3, 5, 8]}, )";
  const auto half = complaints(axes + R"("derive": {"train.lanes": "train.windows_per_lane / 2"})");
  REQUIRE(half.size() == 1);
  CHECK(half[0].pointer == "/derive/train.lanes");
  CHECK(half[0].found == "1.5, where train.windows_per_lane is 3");
  CHECK(half[0].suggestion == "round(), floor() or ceil()");
  const auto nothing =
      complaints(axes + R"x("derive": {"train.beta2": "1 / (train.windows_per_lane - 3)"
})x");
  REQUIRE(nothing.size() == 1);
  CHECK(nothing[0].found == "inf, where train.windows_per_lane is 3");
  const auto absent = complaints(R"x("include": [{"worker.a": 1}, {"train.lanes": 2}],
    "derive": {"train.beta2": "min(0.5, worker.a)"
  })x");
  REQUIRE(absent.size() == 1);
  CHECK(absent[0].found == "nan, where worker.a is no number");
}

TEST_CASE("expand: where keeps, exclude leaves out") {
  const std::string axes =
      R"("axes": {"train.lanes": [1, 2, 3], "data.sessions": ["two", "all"]}, )";
  const auto names = [&](const std::string& more) {
    std::string text;
    for (const SweepPoint& point : points_of(axes + more)) {
      text += point.subset + std::to_string(point.point.lanes) + " ";
    }
    return text;
  };
  CHECK(names(R"("where": ["train.lanes <= data.session_count"])") == "two1 two2 all1 all2 all3 ");
  CHECK(names(R"("where": ["data.sessions == 'all'", "train.lanes > 1"])") == "all2 all3 ");
  CHECK(names(R"("exclude": ["data.sessions == 'two'", "train.lanes == 1"])") == "all2 all3 ");
  // A default counts, and so does what a new spec means where it says nothing.
  CHECK(points_of(R"("axes": {"model.size": ["1M", "5M"]},
    "where": ["train.optimizer == 'adamw'", "model.video_layout == 'causal_windows'"])")
            .size() == 2);
}

TEST_CASE(
    "expand: filters that leave nothing are an error, an exclude that meets nothing a warning") {
  const std::string axes = R"("axes": {"train.lanes": [1, 2, 3]}, )";
  const auto none = complaints(axes + R"("where": ["train.lanes > 2", "train.lanes < 2"])");
  REQUIRE(none.size() == 1);
  CHECK(none[0].message == "no point is left");
  CHECK(none[0].pointer == "/where/1");
  CHECK(none[0].found == "none of 1");
  const auto text = complaints(axes + R"("exclude": ["train.lanes > 0"])");
  REQUIRE(text.size() == 1);
  CHECK(text[0].pointer == "/exclude/0");
  const auto idle = complaints(axes + R"("exclude": ["train.lanes == 4", "train.lanes == 1"])");
  REQUIRE(idle.size() == 1);
  CHECK(idle[0].severity == Severity::warning);
  CHECK(idle[0].pointer == "/exclude/0");
}

TEST_CASE("expand: settings of somebody else's worker reach the point, and vary like others") {
  const auto points = points_of(R"("axes": {"worker.depth": [2, 4]}, "seeds": [3])",
                                R"(, "worker": {"kind": "deep", "warm": true})");
  REQUIRE(points.size() == 2);
  CHECK(canonical(points[1].point)["worker"].dump() == R"({"depth":4,"kind":"deep","warm":true})");
  CHECK(points[1].values.dump() == R"({"worker.depth":4})");
  CHECK(points[1].name == "16x1x1/all/1e+15/depth=4");
}

TEST_CASE("expand: too many points are refused before they are made") {
  const std::string axes = R"("axes": {"train.beta2": {"geom": {"from": 1e-3, "to": 0.9,
    "per_decade": 1000}}, "train.epsilon": {"geom": {"from": 1e-9, "to": 1, "per_decade": 10}}})";
  const auto many = complaints(axes);
  REQUIRE(many.size() == 1);
  CHECK(many[0].message == "the sweep has too many points");
  CHECK(many[0].expected == "at most 100000");
  CHECK(points_of(axes + R"(, "where": ["train.epsilon > 0.5"])").size() == 4 * 2955);
}

TEST_CASE("expand: an included point that the product has is told at its place") {
  const auto same =
      complaints(R"("axes": {"train.lanes": [1, 2]}, "include": [{"train.lanes": 2}])");
  REQUIRE(same.size() == 1);
  CHECK(same[0].severity == Severity::warning);
  CHECK(same[0].pointer == "/include/0");
}

TEST_CASE("expand: the spec of tests/specs that uses everything") {
  const std::string file = std::string(ENIGMA_SOURCE_DIR) + "/tests/specs/points.json";
  const auto spec = parse_spec(read_file(file), "points.json");
  REQUIRE(spec.ok());
  const auto points = expanded(*spec.value);
  REQUIRE(points.ok());
  // 2 sets x 2 sizes x 2 choices, less those of depth 2 on 'all', and one more; two seeds each.
  CHECK(points.value->size() == 2 * (8 - 2 + 1));
  std::set<std::string> ids;
  for (const SweepPoint& point : *points.value) { ids.insert(point.id); }
  CHECK(ids.size() == points.value->size());
}
