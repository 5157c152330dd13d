// The causal decoder on several ranks: AdamW and Muon, every schedule.
#include "tokens/grammar.h"
#include "tokens/shard.h"
#include "worker/causal/causal.h"
#include "worker/same_on_ranks.h"

#include <ATen/Parallel.h>
#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::worker;

namespace {

const bool kOneThread = (at::set_num_threads(1), true);

struct World {
  RunFolder folder{"causal-ranks"};
  sweeps::PointFile file{.id = "0123456789abcdef", .steps = 30};

  World() {
    const auto text = tokens::text_of({.vocabulary = 8, .order = 1, .exponent = 2}, 0, 12'000);
    const std::span<const uint32_t> all(text);
    tokens::write_shard(folder.path / "data", "train", all.first(10'000), 8, "a test",
                        std::nullopt);
    tokens::write_shard(folder.path / "data", "test", all.subspan(10'000), 8, "a test",
                        std::nullopt);
    file.point.family = "causal";
    file.point.size = {.width = 32, .layers = 3, .heads = 2};
    file.point.own = {{"train.sequence_tokens", 20}, {"model.head", "untied"}};
    file.point.sessions = {{"train", "b", 0, ""}};
    file.point.evaluation_sessions = {{"test", "c", 0, ""}};
    file.point.evaluation_strategies = {"next_token"};
    file.point.lanes = 4;
    file.point.windows_per_lane = 2;
    file.point.shared_lr = 1e-2;
    file.point.warmup_steps = 3;
    file.point.decay_steps = 5;
    file.point.seed = 4;
  }
};

}  // namespace

TEST_CASE("causal ranks: losses, norms and scores of 1, 2 and 4 ranks agree at every step") {
  REQUIRE(kOneThread);
  const World world;
  const Environment environment = world.folder.environment("equal", 1);
  for (const char* optimizer : {"adamw", "muon"}) {
    sweeps::PointFile file = world.file;
    file.point.optimizer = optimizer;
    const Course alone = course_of(environment, file, open_causal, 1);
    REQUIRE(alone.losses.back() < alone.losses.front());
    check_same_on_ranks(environment, file, open_causal);
  }
}
