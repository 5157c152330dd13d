#include "sweeps/point.h"

#include "sweeps/canonical.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace enigma;
using namespace enigma::sweeps;

namespace {

Point a_point() {
  Point point;
  point.size = {.name = "", .width = 64, .layers = 2, .heads = 2};
  point.sessions = {{"s1", "aa", 100, "m1"}, {"s2", "bb", 80, "m2"}};
  point.evaluation_sessions = {{"s1", "aa", 100, "m1"}};
  point.evaluation_strategies = {"video_only", "causal_response_25"};
  point.training_strategies = {"published"};
  point.budget_flops = 1e12;
  return point;
}

}  // namespace

TEST_CASE("point: the canonical form leaves defaults out and sorts its keys") {
  const nlohmann::json json = canonical(a_point());
  CHECK(json.contains("budget"));
  CHECK_FALSE(json.contains("train"));
  CHECK_FALSE(json.contains("schedule"));
  CHECK_FALSE(json.contains("seed"));
  CHECK(json["evaluation"]["strategies"][0] == "causal_response_25");
  CHECK(json["budget"].dump() == R"({"flops":1000000000000})");
}

TEST_CASE("point: an id is 16 hexadecimal digits and stays what it was") {
  CHECK(id_of(canonical(a_point())) == "a35bbc60a4c3e135");
}

TEST_CASE("point: a brain point's canonical form stays to the byte, whatever families there are") {
  Point point = a_point();
  point.rule.align = recordings::Align::trial;
  point.lanes = 2;
  point.windows_per_lane = 4;
  point.precision = Precision::bfloat16;
  point.bias = NeuronBias::published;
  point.training_strategies = {"causal", "population"};
  point.epsilon = 1e-9;
  point.decay_steps = 6;
  point.seed = 1;
  CHECK(
      canonical(point).dump() ==
      R"({"budget":{"flops":1000000000000},"data":{"align":"trial","sessions":)"
      R"("329d670e59ead1543a2d36865895972560bc434204c5f4a0c8219005dd312719"},)"
      R"("evaluation":{"sessions":)"
      R"("d9cd8155764c3543f10fad8a480d743137466f8d55213c8eaefcd12f06d43a80",)"
      R"("strategies":["causal_response_25","video_only"]},)"
      R"("model":{"size":{"heads":2,"layers":2,"width":64}},"schedule":{"decay_steps":6},"seed":1,)"
      R"("train":{"bias":"published","epsilon":1e-09,"lanes":2,"precision":"bfloat16",)"
      R"("strategies":["causal","population"],"windows_per_lane":4}})");
  CHECK(id_of(canonical(point)) == "f3b6fbde6fbb98ed");
}

TEST_CASE("point: names, order of lists and defaults spelled out do not enter the id") {
  Point other = a_point();
  std::reverse(other.sessions.begin(), other.sessions.end());
  std::reverse(other.evaluation_strategies.begin(), other.evaluation_strategies.end());
  other.sessions[0].name = "renamed";
  other.training_strategies = {"published"};
  other.shared_lr = 7e-4;
  CHECK(id_of(canonical(other)) == id_of(canonical(a_point())));
}

TEST_CASE("point: every field that changes the training changes the id") {
  std::vector<Point> points(15, a_point());
  points[0].size.width = 128;
  points[1].sessions.pop_back();
  points[2].budget_flops = 2e12;
  points[3].lanes = 2;
  points[4].windows_per_lane = 4;
  points[5].precision = Precision::bfloat16;
  points[6].shared_lr = 1e-3;
  points[7].session_lr = 1e-3;
  points[8].warmup_steps = 10;
  points[9].seed = 1;
  points[10].rule.align = recordings::Align::trial;
  points[11].training_strategies = {"causal"};
  points[12].bias = NeuronBias::published;
  points[13].epsilon = 1e-9;
  points[14].beta2 = 0.95;
  std::vector<std::string> ids = {id_of(canonical(a_point()))};
  for (const Point& point : points) { ids.push_back(id_of(canonical(point))); }
  std::sort(ids.begin(), ids.end());
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
}

TEST_CASE("point: a point file reads back to the same point") {
  Point point = a_point();
  point.rule = {.samples = 39,
                .rate_hz = 100,
                .align = recordings::Align::trial,
                .modalities = {"responses", "screen"}};
  point.seed = 3;
  point.decay_steps = 5;
  const PointFile file{id_of(canonical(point)), point, 120, 1.01e12, 1.01e12 / 120};
  const PointFile back = point_file_from_json(to_json(file), "point.json");
  CHECK(id_of(canonical(back.point)) == file.id);
  CHECK(back.steps == 120);
  CHECK(back.flops_per_step == file.flops_per_step);
  CHECK(back.point.sessions[1].animal == "m2");
  CHECK(back.point.rule.samples == 39);
}

TEST_CASE("point: a damaged point file is refused with every reason") {
  auto json = to_json(PointFile{"x", a_point(), 10, 1e9, 1e8});
  json["point"]["new_field"] = 1;
  json["steps"] = -1;
  json["sessions"][0]["digest"] = "cc";
  try {
    point_file_from_json(json, "point.json");
    FAIL("accepted");
  } catch (const InputError& error) { CHECK(error.diagnostics().size() == 3); }
  CHECK_THROWS_AS(point_file_from_json(nlohmann::json::array(), "p"), InputError);
}

TEST_CASE("point: settings of somebody else's worker are in the id, and absent where none is set") {
  Point point = a_point();
  const std::string without = id_of(canonical(point));
  CHECK_FALSE(canonical(point).contains("worker"));
  point.worker = {{"rate", 0.5}, {"depth", 3}, {"kind", "deep"}, {"warm", true}};
  const auto json = canonical(point);
  CHECK(json["worker"].dump() == R"({"depth":3,"kind":"deep","rate":0.5,"warm":true})");
  CHECK(id_of(json) != without);
  const PointFile file{id_of(json), point, 10, 1e12, 1e11};
  const auto back = point_file_from_json(to_json(file), "point.json");
  CHECK(back.point.worker == point.worker);
  CHECK(id_of(canonical(back.point)) == file.id);
}

TEST_CASE("point: copies share their sessions until one of them is changed") {
  const Point point = a_point();
  Point other = point;
  CHECK(other.sessions.identity() == point.sessions.identity());
  other.sessions.pop_back();
  CHECK(other.sessions.size() == 1);
  CHECK(point.sessions.size() == 2);
}

TEST_CASE("canonical: points written one after the other are as if each stood alone") {
  CanonicalWriter writer("brain");
  Point point = a_point();
  std::vector<Point> points;
  for (const double budget : {1e12, 1.5e12, 1e12}) {
    point.budget_flops = budget;
    points.push_back(point);
    point.sessions.pop_back();
    points.push_back(point);
    point.sessions = a_point().sessions;
    point.lanes = point.lanes == 1 ? 2 : 1;
    point.worker["depth"] = budget;
  }
  for (const Point& one : points) {
    writer.take(one);
    CHECK(writer.text(0) == canonical(one).dump());
    Point seeded = one;
    seeded.seed = 7;
    CHECK(writer.text(7) == canonical(seeded).dump());
  }
}
