// The coordinate check of the maximal update parametrization: how far a few steps move what comes
// out of the model, as it grows wider.
#include "tokens/grammar.h"
#include "worker/causal/causal.h"
#include "worker/ending.h"
#include "worker/run_fixture.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

#include <cmath>
#include <map>

using namespace enigma;
using namespace enigma::worker;

namespace {

const bool kOneThread = (at::set_num_threads(1), true);
constexpr int64_t kBaseWidth = 32, kHeadWidth = 16, kSteps = 4;

struct World {
  RunFolder folder{"parametrization"};

  World() {
    const auto text = tokens::text_of({.vocabulary = 32, .order = 1, .exponent = 2}, 0, 20'000);
    const std::span<const uint32_t> all(text);
    for (const auto& [name, part] :
         {std::pair("train", all.first(18'000)), {"test", all.subspan(18'000)}}) {
      tokens::write_shard(folder.path / "data", name, part, 32, "a test", std::nullopt);
    }
  }

  sweeps::PointFile file(int64_t width, bool mup, const std::string& head) const {
    sweeps::PointFile file{.id = "0123456789abcdef", .steps = 100};
    file.point.family = "causal";
    file.point.size = {.width = width, .layers = 2, .heads = width / kHeadWidth};
    file.point.own = {{"train.sequence_tokens", 32}, {"model.head", head}};
    if (mup) {
      file.point.own["train.parametrization"] = "mup";
      file.point.own["train.mup_base_width"] = kBaseWidth;
    }
    file.point.sessions = {{"train", "b", 0, ""}};
    file.point.evaluation_sessions = {{"test", "c", 0, ""}};
    file.point.evaluation_strategies = {"next_token"};
    file.point.windows_per_lane = 4;
    file.point.shared_lr = 3e-3;
    file.point.seed = 7;
    return file;
  }
};

const World& world() {
  static const World shared;
  return shared;
}

/// Sizes of activations by name.
using Sizes = std::map<std::string, double>;

double size_of(const at::Tensor& x) {
  return x.abs().mean().item<double>();
}

/// What comes out of the layers, before any norm, and the logits.
std::map<std::string, at::Tensor> activations_of(model::CausalModel& model) {
  const at::NoGradGuard guard;
  const at::Tensor tokens = at::arange(64, at::kLong).mul(5).remainder(32).view({2, 32});
  model::Trace trace;
  const at::Tensor hidden = model.hidden(tokens, &trace);
  std::map<std::string, at::Tensor> seen = {{"logits", model.logits(hidden)}};
  seen["hidden"] = trace.at("hidden_1");
  return seen;
}

/// How far kSteps steps move them.
Sizes moves_of(const sweeps::PointFile& file) {
  const Environment environment = world().folder.environment("run", 1);
  const Device device{"CPU", 1e10, at::TensorOptions(at::kFloat)};
  Reporter reporter(environment);
  const auto alone = parallel::alone();
  Training training(environment, file, device, reporter, kGoOn, *alone, open_causal);
  auto& model = static_cast<Causal&>(*training.family).model();
  const auto before = activations_of(model);
  const auto reader = training.family->reader(training.ranks.own_lanes());
  TimeSplit times;
  for (int64_t step = 0; step < kSteps; ++step) {
    train_step(training, *reader->read(step), false, times);
  }
  Sizes moves;
  for (const auto& [name, after] : activations_of(model)) {
    moves[name] = size_of(after - before.at(name));
  }
  return moves;
}

/// By how many times moves grow from width ×1 to ×8.
std::map<std::string, double> growth_of(bool mup, const std::string& head) {
  std::map<std::string, std::vector<double>> moves;
  for (const int64_t factor : {1, 2, 4, 8}) {
    for (const auto& [name, move] : moves_of(world().file(factor * kBaseWidth, mup, head))) {
      REQUIRE(std::isfinite(move));
      moves[name].push_back(move);
    }
  }
  std::map<std::string, double> growth;
  for (const auto& [name, list] : moves) { growth[name] = list.back() / list.front(); }
  return growth;
}

}  // namespace

TEST_CASE("parametrization: steps move activations as far at any width, and without it farther") {
  REQUIRE(kOneThread);
  for (const char* head : {"untied", "tied"}) {
    CAPTURE(std::string(head));
    const auto mup = growth_of(true, head), standard = growth_of(false, head);
    for (const char* name : {"hidden", "logits"}) {
      CAPTURE(std::string(name));
      CHECK(mup.at(name) < 1.5);
      CHECK(standard.at(name) > 2);
    }
    CHECK(mup.at("hidden") > 0.6);
    // A head that begins as the table of embeddings begins with logits that shrink with the root of
    // the width.
    CHECK(mup.at("logits") > (std::string(head) == "tied" ? 0.3 : 0.6));
  }
}

TEST_CASE("parametrization: at the base width both are the same model and the same steps") {
  const Environment environment = world().folder.environment("base", 1);
  const auto losses = [&](bool mup) {
    sweeps::PointFile file = world().file(kBaseWidth, mup, "tied");
    file.steps = 5;
    return course_of(environment, file, open_causal, 1, at::kFloat).losses;
  };
  CHECK(losses(true) == losses(false));
}

TEST_CASE("parametrization: ranks share its rates in every form") {
  const Environment environment = world().folder.environment("forms", 1);
  sweeps::PointFile file = world().file(2 * kBaseWidth, true, "untied");
  file.steps = 6;
  file.point.lanes = 2;
  const Course alone = course_of(environment, file, open_causal, 1);
  for (const auto& [form, schedule] :
       {std::pair(sweeps::Form::replicate, sweeps::Schedule::overlapped),
        {sweeps::Form::replicate, sweeps::Schedule::scattered},
        {sweeps::Form::shard, sweeps::Schedule::overlapped}}) {
    file.point.form = form;
    file.point.schedule = schedule;
    CAPTURE(std::string(name_of(form)));
    CHECK(difference(alone, course_of(environment, file, open_causal, 2)) < 1e-10);
  }
}

TEST_CASE("parametrization: without a base width it is refused") {
  const Environment environment = world().folder.environment("refused", 1);
  sweeps::PointFile file = world().file(kBaseWidth, true, "tied");
  file.point.own.erase("train.mup_base_width");
  CHECK_THROWS_AS(run(environment, kGoOn, file, open_causal), Ending);
}
