#include "worker/train.h"

#include "recordings/generate/generate.h"
#include "recordings/manifest.h"
#include "worker/brain/brain.h"
#include "worker/ending.h"
#include "worker/run_fixture.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace enigma;
using namespace enigma::worker;

namespace {

/// Two small invented sessions, made once for all cases of this file.
struct World {
  RunFolder folder{"train"};
  sweeps::PointFile file;

  World() {
    recordings::generate::generate(
        {.out = folder.path / "data", .sessions = 2, .animals = 2, .neurons = 12, .minutes = 2});
    const auto manifest = recordings::inspect(folder.path / "data", {});
    sweeps::Point& point = file.point;
    for (const auto& info : manifest.sessions) {
      point.sessions.push_back({info.name, info.digest, info.neurons, info.animal});
    }
    std::sort(point.sessions.begin(), point.sessions.end(),
              [](const auto& a, const auto& b) { return a.digest < b.digest; });
    point.evaluation_sessions = {point.sessions.back()};
    point.evaluation_strategies = {"video_only"};
    point.training_strategies = {"population", "causal"};
    point.rule = recordings::natural_rule(manifest);
    point.size = {.width = 16, .layers = 1, .heads = 2};
    point.lanes = 2;
    point.windows_per_lane = 2;
    point.warmup_steps = 2;
    point.decay_steps = 3;
    point.seed = 5;
    file.id = "0123456789abcdef";
    file.steps = 8;
  }
};

World& world() {
  static World shared;
  return shared;
}

Environment environment_of(const std::string& run, int attempt) {
  return world().folder.environment(run, attempt);
}

protocol::ExitCode run(const Environment& environment, const volatile std::sig_atomic_t& stop,
                       const sweeps::PointFile& file) {
  return worker::run(environment, stop, file, open_brain);
}

}  // namespace

TEST_CASE("train: a run reports its losses, its score, its checkpoint and its end") {
  const Environment environment = environment_of("whole", 1);
  CHECK(run(environment, kGoOn, world().file) == protocol::ExitCode::done);
  const auto metrics = reports_of(environment, "metrics");
  REQUIRE_FALSE(metrics.empty());
  CHECK(metrics.back()["step"] == 8);
  CHECK(metrics.back()["windows"] == 32);
  CHECK(metrics.back()["values"]["train_loss"].is_number());
  const auto evals = reports_of(environment, "eval");
  REQUIRE(evals.size() == 1);
  CHECK(evals[0]["tier"] == "test");
  CHECK(evals[0]["step"] == 8);
  CHECK(evals[0]["n"] == 12);
  CHECK(evals[0]["loss"].get<double>() < 3 * evals[0]["baseline_loss"].get<double>());
  CHECK(reports_of(environment, "checkpoint").size() == 1);
  const auto done = reports_of(environment, "done");
  REQUIRE(done.size() == 1);
  CHECK(done[0]["flops"].get<double>() > 0);
  CHECK(done[0]["flops"] == metrics.back()["flops"]);
}

TEST_CASE("train: killed and resumed at any step, the end is the same bit for bit") {
  const Environment whole = environment_of("reference", 1);
  run(whole, kGoOn, world().file);
  // Every attempt is stopped after its first step; the next goes on from its checkpoint.
  int attempt = 1;
  while (run(environment_of("resumed", attempt), kStopNow, world().file) ==
         protocol::ExitCode::preempted) {
    ++attempt;
  }
  CHECK(attempt == 8);
  const Environment last = environment_of("resumed", attempt);
  CHECK(digest_of_shards(last, 8) == digest_of_shards(whole, 8));
  CHECK(reports_of(last, "eval")[0]["loss"] == reports_of(whole, "eval")[0]["loss"]);
  CHECK(reports_of(last, "metrics")[0]["values"]["train_loss"] ==
        reports_of(whole, "metrics").back()["values"]["train_loss"]);
  CHECK(reports_of(environment_of("resumed", 1), "preempted")[0]["step"] == 1);
}

TEST_CASE("train: a run whose end is already kept is scored again and done") {
  const Environment first = environment_of("twice", 1), second = environment_of("twice", 2);
  run(first, kGoOn, world().file);
  CHECK(run(second, kGoOn, world().file) == protocol::ExitCode::done);
  CHECK(reports_of(second, "eval")[0]["loss"] == reports_of(first, "eval")[0]["loss"]);
  CHECK(reports_of(second, "done").size() == 1);
}

TEST_CASE("train: what cannot be trained is refused with its exit code") {
  const Environment environment = environment_of("refused", 1);
  const auto code_of = [&](const sweeps::PointFile& file) {
    try {
      run(environment, kGoOn, file);
    } catch (const Ending& ending) { return ending.code(); }
    return protocol::ExitCode::done;
  };
  sweeps::PointFile file = world().file;
  file.point.lanes = 3;
  CHECK(code_of(file) == protocol::ExitCode::bad_point);
  file = world().file;
  file.point.training_strategies = {"populaton"};
  CHECK(code_of(file) == protocol::ExitCode::bad_point);
  file = world().file;
  file.point.sessions[0].name = "absent";
  CHECK(code_of(file) == protocol::ExitCode::bad_data);
  file = world().file;
  file.point.sessions[0].neurons += 1;
  CHECK(code_of(file) == protocol::ExitCode::bad_data);
}

TEST_CASE("brain: an output bias gives back the rate that it was made from") {
  for (double rate : {0.01, 0.3, 2.0, 40.0, 300.0}) {
    CHECK(10 * std::log1p(std::exp(inverse_softplus(rate) / 10)) == doctest::Approx(rate));
  }
}
