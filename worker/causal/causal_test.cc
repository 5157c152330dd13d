// Training of a causal decoder through the loop, on text of a grammar.
#include "worker/causal/causal.h"

#include "tokens/grammar.h"
#include "worker/ending.h"
#include "worker/run_fixture.h"
#include "worker/weights.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <doctest/doctest.h>

#include <cmath>

using namespace enigma;
using namespace enigma::worker;

namespace {

const bool kOneThread = (at::set_num_threads(1), true);

struct World {
  RunFolder folder{"causal"};
  sweeps::PointFile file{.id = "0123456789abcdef", .steps = 6};

  World() {
    const auto text = tokens::text_of({.vocabulary = 8, .order = 1, .exponent = 2}, 0, 12'000);
    const std::span<const uint32_t> all(text);
    write("train", all.first(8000));
    write("more", all.subspan(8000, 2000));
    write("test", all.subspan(10'000));
    file.point.family = "causal";
    file.point.size = {.width = 16, .layers = 1, .heads = 2};
    file.point.own = {{"train.sequence_tokens", 20}, {"model.head", "untied"}};
    file.point.sessions = {{"more", "a", 0, ""}, {"train", "b", 0, ""}};
    file.point.evaluation_sessions = {{"test", "c", 0, ""}};
    file.point.evaluation_strategies = {"next_token"};
    file.point.lanes = 2;
    file.point.windows_per_lane = 8;
    file.point.shared_lr = 1e-2;
    file.point.seed = 4;
  }
  void write(const char* name, std::span<const uint32_t> tokens) const {
    tokens::write_shard(folder.path / "data", name, tokens, 8, "a test", std::nullopt);
  }
};

const World& world() {
  static const World shared;
  return shared;
}

}  // namespace

TEST_CASE("causal: a run learns its text, is scored on what was held out, and counts its FLOPs") {
  REQUIRE(kOneThread);
  const Environment environment = world().folder.environment("whole", 1);
  sweeps::PointFile file = world().file;
  file.steps = 120;
  CHECK(run(environment, kGoOn, file, open_causal) == protocol::ExitCode::done);
  const auto eval = reports_of(environment, "eval").back();
  CHECK(eval["tier"] == "test");
  CHECK(eval["correlation"].is_null());
  CHECK(eval["loss"].get<double>() < 0.8 * eval["baseline_loss"].get<double>());
  CHECK(eval["loss"].get<double>() >
        0.97 * tokens::entropy_nats({.vocabulary = 8, .order = 1, .exponent = 2}));
  const auto shape = model::causal_shape_of(file.point.size, {.vocabulary = 8, .tied_head = false});
  CHECK(reports_of(environment, "done")[0]["flops"] ==
        120 * 16 * model::count_flops(shape, 20).training());
}

TEST_CASE("causal: stopped after every step and resumed, it ends at the same bits") {
  for (const char* optimizer : {"adamw", "muon"}) {
    CAPTURE(std::string(optimizer));
    sweeps::PointFile file = world().file;
    file.point.optimizer = optimizer;
    const std::string name = optimizer;
    const Environment whole = world().folder.environment("reference-" + name, 1);
    run(whole, kGoOn, file, open_causal);
    int attempt = 1;
    const auto resumed = [&] { return world().folder.environment("resumed-" + name, attempt); };
    while (run(resumed(), kStopNow, file, open_causal) == protocol::ExitCode::preempted) {
      ++attempt;
    }
    CHECK(attempt == 6);
    CHECK(digest_of_shards(resumed(), 6) == digest_of_shards(whole, 6));
    // Weights alone: 7 matrices and 2 gains of the layer, the tables of tokens, the last gain.
    const auto checkpoint = whole.attempt_dir / "checkpoints" / "step-6";
    CHECK(export_weights(checkpoint, world().folder.path / (name + ".safetensors")) == 12);
  }
}

TEST_CASE("causal: a sequence lies in one shard; epochs see every sequence once") {
  const TokenCorpus corpus = open_tokens(world().file.point, world().folder.path / "data");
  CHECK(corpus.training.count() == 99 + 399);
  CHECK(corpus.held_out.count() == 99);
  const at::Tensor first = read_sequences(corpus.training, {0, 98, 99, 497});
  CHECK(first.sizes() == at::IntArrayRef({4, 21}));
  const auto text = tokens::text_of({.vocabulary = 8, .order = 1, .exponent = 2}, 0, 12'000);
  for (int64_t i = 0; i < 21; ++i) {
    CHECK(first[0][i].item<int64_t>() == text[static_cast<size_t>(8000 + i)]);
    CHECK(first[2][i].item<int64_t>() == text[static_cast<size_t>(i)]);
    CHECK(first[3][i].item<int64_t>() == text[static_cast<size_t>(398 * 20 + i)]);
  }
}

TEST_CASE("causal: what cannot be trained is refused with its exit code") {
  const Environment environment = world().folder.environment("refused", 1);
  const auto code_of = [&](const sweeps::PointFile& file) {
    try {
      run(environment, kGoOn, file, open_causal);
    } catch (const Ending& ending) { return ending.code(); }
    return protocol::ExitCode::done;
  };
  sweeps::PointFile file = world().file;
  file.point.sessions[0].name = "absent";
  CHECK(code_of(file) == protocol::ExitCode::bad_data);
  file = world().file;
  file.point.own["train.sequence_tokens"] = 100'000;
  CHECK(code_of(file) == protocol::ExitCode::bad_data);
  file = world().file;
  file.point.own["model.key_value_heads"] = 3;
  CHECK(code_of(file) == protocol::ExitCode::bad_point);
}
