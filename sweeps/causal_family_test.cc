#include "sweeps/causal_family.h"

#include "sweeps/canonical.h"
#include "sweeps/plan.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::sweeps;

namespace {

recordings::SessionInfo a_shard(const std::string& name, int64_t tokens) {
  recordings::SessionInfo shard;
  shard.name = name;
  shard.path = "tokens/" + name + ".safetensors";
  shard.digest = "digest of " + name;
  shard.tokens = {tokens, 64, 1.5};
  return shard;
}

recordings::Manifest some_tokens() {
  return {"tokens", {a_shard("more", 40'001), a_shard("test", 5'001), a_shard("train", 100'001)}};
}

std::string text_of(const std::string& model, const std::string& more = "") {
  return R"({"version": 1, "name": "n",
    "session_sets": {"one": {"list": ["train"]}, "two": {"list": ["train", "more"]},
                     "held_out": {"list": ["test"]}},
    "evaluation": {"sessions": "held_out", "strategies": ["next_token"]},
    "defaults": {"model": {"family": "causal")" +
         model + R"(}, "train": {"sequence_tokens": 100, "lanes": 7, "windows_per_lane": 2}},
    "axes": {"model.size": [{"width": 16, "layers": 2, "heads": 2}],
      "data.sessions": ["one", "two"], "budget.flops": [1e12]})" +
         more + "}";
}

std::vector<Diagnostic> complaints(const std::string& text,
                                   const recordings::Manifest& manifest = some_tokens()) {
  auto spec = parse_spec(text, "s.json");
  if (!spec.ok()) { return spec.diagnostics; }
  return make_plan(*spec.value, manifest, {}).diagnostics;
}

}  // namespace

TEST_CASE("causal family: a plan counts parameters, FLOPs and sequences exactly, for any lanes") {
  const auto spec = parse_spec(text_of(""), "s.json");
  REQUIRE(spec.ok());
  CHECK(spec.value->family == "causal");
  const auto plan = make_plan(*spec.value, some_tokens(), {});
  REQUIRE(plan.ok());
  REQUIRE(plan.value->points.size() == 2);
  const PlannedPoint& point = plan.value->points[0];
  const auto shape = model::causal_shape_of(point.point().size, {.vocabulary = 64});
  CHECK(point.params.shared == model::count_parameters(shape).shared);
  CHECK(point.params.session == 0);
  CHECK(point.flops_per_window == model::count_flops(shape, 100).training());
  CHECK(point.windows_unique == 1000);
  CHECK(plan.value->points[1].windows_unique == 1400);
  CHECK(point.irreducible_loss == 1.5);
  CHECK(to_json(point)["data"]["irreducible_loss"] == 1.5);
  const auto canonical_form = nlohmann::json::parse(point.sweep_point.canonical);
  CHECK(canonical_form["model"]["family"] == "causal");
  CHECK(canonical_form["train"]["sequence_tokens"] == 100);
  CHECK_FALSE(canonical_form["train"].contains("strategies"));
}

TEST_CASE("causal family: a point file reads back to the same id, its own settings with it") {
  const auto spec = parse_spec(text_of(R"(, "head": "untied", "key_value_heads": 1)"), "s.json");
  REQUIRE(spec.ok());
  const auto plan = make_plan(*spec.value, some_tokens(), {});
  REQUIRE(plan.ok());
  const auto file = point_file_from_json(point_file_json(plan.value->points[0]), "point.json");
  CHECK(id_of(canonical(file.point)) == plan.value->points[0].sweep_point.id);
  CHECK(sequence_tokens(file.point) == 100);
  CHECK_FALSE(causal_options_of(file.point, 64).tied_head);
}

namespace {

/// With `train` of the spec holding these settings, too.
std::string with_training(const std::string& settings) {
  std::string text = text_of("");
  text.replace(text.find("\"lanes\": 7"), 10, "\"lanes\": 7, " + settings);
  return text;
}

std::string id_with(const std::string& settings) {
  const auto spec = parse_spec(with_training(settings), "s.json");
  REQUIRE(spec.ok());
  return make_plan(*spec.value, some_tokens(), {}).value->points.at(0).sweep_point.id;
}

}  // namespace

TEST_CASE("causal family: the parametrization is in the id where it is set") {
  const std::string standard = id_with(R"("shared_lr": 1e-3)");
  CHECK(id_with(R"("shared_lr": 1e-3, "parametrization": "standard")") == standard);
  CHECK(id_with(R"("shared_lr": 1e-3, "mup_base_width": 8)") == standard);
  const std::string mup =
      id_with(R"("shared_lr": 1e-3, "parametrization": "mup", "mup_base_width": 8)");
  CHECK(mup != standard);
  CHECK(id_with(R"("shared_lr": 1e-3, "parametrization": "mup", "mup_base_width": 16)") != mup);
}

TEST_CASE("causal family: mup needs a base width, and wants heads of one width") {
  const auto none = complaints(with_training(R"("parametrization": "mup")"));
  REQUIRE(none.size() == 1);
  CHECK(none[0].pointer == "/defaults/train/parametrization");
  CHECK(none[0].message == "mup needs the width whose learning rates are known");
  std::string text = with_training(R"("parametrization": "mup", "mup_base_width": 16)");
  text.replace(text.find("\"heads\": 2}"), 11,
               R"("heads": 2}, {"width": 32, "layers": 2, "heads": 2})");
  const auto spec = parse_spec(text, "s.json");
  REQUIRE(spec.ok());
  const auto plan = make_plan(*spec.value, some_tokens(), {});
  REQUIRE(plan.ok());
  REQUIRE(plan.value->warnings.size() == 1);
  CHECK(plan.value->warnings[0].found == "heads of width 8 to 16");
  std::string brain = with_training(R"("parametrization": "mup")");
  brain.replace(brain.find("causal"), 6, "brain");
  bool is_told = false;
  for (const Diagnostic& one : complaints(brain)) {
    is_told |= one.message == "'train.parametrization' is a setting of the family 'causal'";
  }
  CHECK(is_told);
}

TEST_CASE("causal family: what a spec cannot mean is told at its place") {
  const auto brain_setting = complaints(text_of("", R"(, "seeds": [0], "data": {"rate_hz": 30})"));
  REQUIRE(brain_setting.size() == 1);
  CHECK(brain_setting[0].pointer == "/data/rate_hz");

  std::string text = text_of("");
  text.replace(text.find("\"lanes\": 7"), 10, "\"bias\": \"rates\"");
  CHECK(complaints(text).at(0).message == "'train.bias' is a setting of the family 'brain'");

  const auto heads = complaints(text_of(R"(, "key_value_heads": 3)"));
  REQUIRE_FALSE(heads.empty());
  CHECK(heads[0].message == "3 key heads do not divide 2 heads");

  text = text_of("");
  text.replace(text.find("\"list\": [\"test\"]"), 16, "\"list\": [\"more\"]");
  CHECK(complaints(text).at(0).message == "a training set with the held-out shard 'more'");

  auto manifest = some_tokens();
  manifest.sessions[1].tokens->vocabulary = 32;
  CHECK(complaints(text_of(""), manifest).at(0).message ==
        "shards of one sweep have one vocabulary");

  text = text_of("");
  text.replace(text.find("next_token"), 10, "video_only");
  CHECK(complaints(text).at(0).pointer == "/evaluation/strategies/0");
  text = text_of("");
  text.replace(text.find("\"model.size\""), 12,
               "\"model.family\": [\"causal\", \"brain\"], \"model.size\"");
  CHECK(complaints(text).at(0).message == "a sweep is of one family of models");
}
