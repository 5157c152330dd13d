// The brain model on several ranks: lanes with their sessions, both optimisers, every schedule.
#include "recordings/generate/generate.h"
#include "recordings/manifest.h"
#include "worker/brain/brain.h"
#include "worker/same_on_ranks.h"

#include <ATen/Parallel.h>
#include <doctest/doctest.h>

#include <algorithm>

using namespace enigma;
using namespace enigma::worker;

namespace {

const bool kOneThread = (at::set_num_threads(1), true);

/// Five small sessions on four lanes, of which one lane has two.
struct World {
  RunFolder folder{"brain-ranks"};
  sweeps::PointFile file;

  World() {
    recordings::generate::generate(
        {.out = folder.path / "data", .sessions = 5, .animals = 2, .neurons = 10, .minutes = 2});
    const auto manifest = recordings::inspect(folder.path / "data", {});
    sweeps::Point& point = file.point;
    for (const auto& info : manifest.sessions) {
      point.sessions.push_back({info.name, info.digest, info.neurons, info.animal});
    }
    std::sort(point.sessions.begin(), point.sessions.end(),
              [](const auto& a, const auto& b) { return a.digest < b.digest; });
    point.evaluation_sessions = {point.sessions.begin() + 1, point.sessions.end()};
    point.evaluation_strategies = {"video_only", "validation/causal_response_video_behavior"};
    point.training_strategies = {"population", "causal"};
    point.rule = recordings::natural_rule(manifest);
    point.size = {.width = 16, .layers = 2, .heads = 2};
    point.lanes = 4;
    point.windows_per_lane = 2;
    point.warmup_steps = 2;
    point.decay_steps = 3;
    point.seed = 5;
    file.id = "0123456789abcdef";
    file.steps = 30;
  }
};

}  // namespace

TEST_CASE("brain ranks: losses, norms and scores of 1, 2 and 4 ranks agree at every step") {
  REQUIRE(kOneThread);
  const World world;
  const Environment environment = world.folder.environment("equal", 1);
  for (const char* optimizer : {"adamw", "muon"}) {
    sweeps::PointFile file = world.file;
    file.point.optimizer = optimizer;
    check_same_on_ranks(environment, file, open_brain);
  }
}
