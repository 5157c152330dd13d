#include "model/brain/shape/strategy.h"

#include "model/brain/shape/strategy_table.h"

#include <doctest/doctest.h>

#include <array>
#include <set>

using namespace enigma::model;

namespace {

ModelShape published_shape() {
  return shape_of({.name = "80M"}, {.samples = 60,
                                    .rate_hz = 30,
                                    .video = VideoShape{60, 1, 36, 64},
                                    .behavior = BehaviorShape{5, 40}});
}

ModelShape small_shape(int64_t samples, double rate_hz, bool behavior) {
  WindowShape window{.samples = samples, .rate_hz = rate_hz};
  window.video = VideoShape{samples, 1, 36, 64};
  if (behavior) { window.behavior = BehaviorShape{5, samples * 2 / 3}; }
  return shape_of({.width = 32, .layers = 2, .heads = 2}, window);
}

// Responses, video, behaviour, latents, response queries, behaviour queries of every published row
// at 4,096 neurons, in the order of the lists.
// clang-format off
constexpr std::array<std::array<int64_t, 6>, 174> kTokens = {{
    {11264, 0, 5, 4096, 18432, 0},
    {2816, 0, 5, 4096, 18432, 0},
    {704, 0, 5, 4096, 18432, 0},
    {45056, 0, 0, 4096, 0, 5},
    {11264, 0, 0, 4096, 18432, 5},
    {2816, 0, 0, 4096, 18432, 5},
    {704, 0, 0, 4096, 18432, 5},
    {4096, 0, 5, 4096, 18432, 0},
    {8192, 0, 5, 4096, 18432, 0},
    {16384, 0, 5, 4096, 18432, 0},
    {1024, 0, 5, 4096, 18432, 0},
    {2048, 0, 5, 4096, 18432, 0},
    {4096, 0, 5, 4096, 18432, 0},
    {256, 0, 5, 4096, 18432, 0},
    {512, 0, 5, 4096, 18432, 0},
    {1024, 0, 5, 4096, 18432, 0},
    {64, 0, 5, 4096, 18432, 0},
    {128, 0, 5, 4096, 18432, 0},
    {256, 0, 5, 4096, 18432, 0},
    {10240, 0, 5, 4096, 18432, 0},
    {14336, 0, 5, 4096, 18432, 0},
    {22528, 0, 5, 4096, 18432, 0},
    {5632, 0, 5, 4096, 18432, 0},
    {9728, 0, 5, 4096, 18432, 0},
    {17920, 0, 5, 4096, 18432, 0},
    {4480, 0, 5, 4096, 18432, 0},
    {8576, 0, 5, 4096, 18432, 0},
    {16768, 0, 5, 4096, 18432, 0},
    {10240, 0, 0, 4096, 18432, 5},
    {14336, 0, 0, 4096, 18432, 5},
    {22528, 0, 0, 4096, 18432, 5},
    {5632, 0, 0, 4096, 18432, 5},
    {9728, 0, 0, 4096, 18432, 5},
    {17920, 0, 0, 4096, 18432, 5},
    {4480, 0, 0, 4096, 18432, 5},
    {8576, 0, 0, 4096, 18432, 5},
    {16768, 0, 0, 4096, 18432, 5},
    {9216, 640, 5, 3456, 18432, 0},
    {2304, 640, 5, 3456, 18432, 0},
    {576, 640, 5, 3456, 18432, 0},
    {4096, 640, 5, 3456, 18432, 0},
    {8192, 640, 5, 3456, 18432, 0},
    {16384, 640, 5, 3456, 18432, 0},
    {1024, 640, 5, 3456, 18432, 0},
    {2048, 640, 5, 3456, 18432, 0},
    {4096, 640, 5, 3456, 18432, 0},
    {256, 640, 5, 3456, 18432, 0},
    {512, 640, 5, 3456, 18432, 0},
    {1024, 640, 5, 3456, 18432, 0},
    {64, 640, 5, 3456, 18432, 0},
    {128, 640, 5, 3456, 18432, 0},
    {256, 640, 5, 3456, 18432, 0},
    {10240, 640, 5, 3456, 18432, 0},
    {14336, 640, 5, 3456, 18432, 0},
    {5632, 640, 5, 3456, 18432, 0},
    {9728, 640, 5, 3456, 18432, 0},
    {4480, 640, 5, 3456, 18432, 0},
    {8576, 640, 5, 3456, 18432, 0},
    {7168, 1280, 5, 2816, 18432, 0},
    {1792, 1280, 5, 2816, 18432, 0},
    {448, 1280, 5, 2816, 18432, 0},
    {4096, 1280, 5, 2816, 18432, 0},
    {8192, 1280, 5, 2816, 18432, 0},
    {16384, 1280, 5, 2816, 18432, 0},
    {1024, 1280, 5, 2816, 18432, 0},
    {2048, 1280, 5, 2816, 18432, 0},
    {4096, 1280, 5, 2816, 18432, 0},
    {256, 1280, 5, 2816, 18432, 0},
    {512, 1280, 5, 2816, 18432, 0},
    {1024, 1280, 5, 2816, 18432, 0},
    {64, 1280, 5, 2816, 18432, 0},
    {128, 1280, 5, 2816, 18432, 0},
    {256, 1280, 5, 2816, 18432, 0},
    {8192, 1280, 5, 2816, 18432, 0},
    {12288, 1280, 5, 2816, 18432, 0},
    {5120, 1280, 5, 2816, 18432, 0},
    {9216, 1280, 5, 2816, 18432, 0},
    {4352, 1280, 5, 2816, 18432, 0},
    {8448, 1280, 5, 2816, 18432, 0},
    {5120, 1920, 5, 2176, 18432, 0},
    {1280, 1920, 5, 2176, 18432, 0},
    {320, 1920, 5, 2176, 18432, 0},
    {4096, 1920, 5, 2176, 18432, 0},
    {8192, 1920, 5, 2176, 18432, 0},
    {16384, 1920, 5, 2176, 18432, 0},
    {1024, 1920, 5, 2176, 18432, 0},
    {2048, 1920, 5, 2176, 18432, 0},
    {4096, 1920, 5, 2176, 18432, 0},
    {256, 1920, 5, 2176, 18432, 0},
    {512, 1920, 5, 2176, 18432, 0},
    {1024, 1920, 5, 2176, 18432, 0},
    {64, 1920, 5, 2176, 18432, 0},
    {128, 1920, 5, 2176, 18432, 0},
    {256, 1920, 5, 2176, 18432, 0},
    {6144, 1920, 5, 2176, 18432, 0},
    {10240, 1920, 5, 2176, 18432, 0},
    {4608, 1920, 5, 2176, 18432, 0},
    {8704, 1920, 5, 2176, 18432, 0},
    {4224, 1920, 5, 2176, 18432, 0},
    {8320, 1920, 5, 2176, 18432, 0},
    {3072, 2560, 5, 1536, 18432, 0},
    {768, 2560, 5, 1536, 18432, 0},
    {192, 2560, 5, 1536, 18432, 0},
    {4096, 2560, 5, 1536, 18432, 0},
    {8192, 2560, 5, 1536, 18432, 0},
    {1024, 2560, 5, 1536, 18432, 0},
    {2048, 2560, 5, 1536, 18432, 0},
    {256, 2560, 5, 1536, 18432, 0},
    {512, 2560, 5, 1536, 18432, 0},
    {64, 2560, 5, 1536, 18432, 0},
    {128, 2560, 5, 1536, 18432, 0},
    {1024, 3200, 5, 896, 18432, 0},
    {256, 3200, 5, 896, 18432, 0},
    {64, 3200, 5, 896, 18432, 0},
    {4096, 3200, 5, 896, 18432, 0},
    {1024, 3200, 5, 896, 18432, 0},
    {256, 3200, 5, 896, 18432, 0},
    {64, 3200, 5, 896, 18432, 0},
    {0, 3840, 5, 256, 18432, 0},
    {0, 3840, 0, 256, 18432, 0},
    {0, 3840, 5, 256, 24576, 0},
    {0, 3840, 0, 256, 24576, 5},
    {0, 0, 5, 256, 24576, 0},
    {45056, 0, 0, 4096, 0, 5},
    {45056, 3840, 0, 4096, 0, 5},
    {320, 0, 5, 2176, 18432, 0},
    {320, 0, 0, 2176, 18432, 5},
    {5120, 0, 5, 2176, 18432, 0},
    {5120, 0, 0, 2176, 18432, 5},
    {320, 3840, 5, 2176, 18432, 0},
    {320, 3840, 0, 2176, 18432, 5},
    {5120, 3840, 5, 2176, 18432, 0},
    {5120, 3840, 0, 2176, 18432, 5},
    {16384, 0, 0, 4096, 24576, 5},
    {16384, 3840, 0, 2176, 24576, 5},
    {16384, 0, 5, 4096, 24576, 0},
    {16384, 3840, 5, 2176, 24576, 0},
    {4096, 0, 0, 4096, 24576, 5},
    {4096, 3840, 0, 2176, 24576, 5},
    {4096, 0, 5, 4096, 24576, 0},
    {4096, 3840, 5, 2176, 24576, 0},
    {0, 3840, 5, 256, 24576, 0},
    {80, 0, 5, 2176, 18432, 0},
    {160, 0, 5, 2176, 18432, 0},
    {320, 0, 5, 2176, 18432, 0},
    {640, 0, 5, 2176, 18432, 0},
    {1280, 0, 5, 2176, 18432, 0},
    {2560, 0, 5, 2176, 18432, 0},
    {5120, 0, 5, 2176, 18432, 0},
    {10240, 0, 5, 2176, 12288, 0},
    {80, 3840, 5, 2176, 18432, 0},
    {160, 3840, 5, 2176, 18432, 0},
    {320, 3840, 5, 2176, 18432, 0},
    {640, 3840, 5, 2176, 18432, 0},
    {1280, 3840, 5, 2176, 18432, 0},
    {2560, 3840, 5, 2176, 18432, 0},
    {5120, 3840, 5, 2176, 18432, 0},
    {10240, 3840, 5, 2176, 12288, 0},
    {16384, 0, 5, 4096, 24576, 0},
    {12288, 0, 5, 4096, 24576, 0},
    {8192, 0, 5, 4096, 24576, 0},
    {4096, 0, 5, 4096, 24576, 0},
    {16384, 3840, 5, 4096, 24576, 0},
    {12288, 3840, 5, 4096, 24576, 0},
    {8192, 3840, 5, 4096, 24576, 0},
    {4096, 3840, 5, 4096, 24576, 0},
    {0, 3840, 5, 256, 24576, 0},
    {0, 3840, 0, 256, 24576, 0},
    {16384, 0, 5, 4096, 24576, 0},
    {45056, 0, 0, 4096, 0, 5},
    {11264, 0, 5, 4096, 18432, 0},
    {5120, 1920, 5, 2176, 18432, 0},
    {16384, 1920, 5, 2176, 24576, 0},
    {12288, 1280, 5, 2816, 18432, 0},
}};
// clang-format on

std::vector<Strategy> all_published() {
  std::vector<Strategy> all;
  for (const char* list :
       {"published", "evaluation", "evaluation_additional", "evaluation_validation"}) {
    for (const Strategy& strategy : strategies_named(list)) { all.push_back(strategy); }
  }
  return all;
}

void check_segments(const ResolvedStrategy& strategy, const ModelShape& shape, int64_t neurons) {
  const int64_t samples = shape.window.samples;
  for (const Segment& segment : strategy.visible) {
    CHECK(segment.samples() >= 10);
    CHECK((segment.samples() - 10) % 5 == 0);
    CHECK(segment.from >= 0);
    CHECK(segment.to <= samples);
    CHECK(segment.neurons_to <= neurons);
  }
  for (const Segment& segment : strategy.targets) {
    CHECK(segment.samples() > 0);
    CHECK(segment.samples() % 5 == 0);
    CHECK(segment.from >= samples - 5 * (samples / 10));
    CHECK(segment.to <= samples);
    CHECK(segment.neurons_from >= 0);
    CHECK(segment.neurons_to == neurons);
  }
}

bool shown_and_asked(const ResolvedStrategy& strategy) {
  for (const Segment& seen : strategy.visible) {
    for (const Segment& asked : strategy.targets) {
      if (seen.from < asked.to && asked.from < seen.to && seen.neurons_from < asked.neurons_to &&
          asked.neurons_from < seen.neurons_to) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

TEST_CASE("strategy: published rows give the published token counts at 4096 neurons") {
  const std::vector<Strategy> all = all_published();
  REQUIRE(all.size() == kTokens.size());
  const ModelShape shape = published_shape();
  for (size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i].name);
    const Resolution resolution = resolve(all[i], shape, 4096);
    REQUIRE(resolution.strategy);
    const TokenCounts tokens = count_tokens(*resolution.strategy, shape, 4096);
    CHECK(tokens.responses == kTokens[i][0]);
    CHECK(tokens.video == kTokens[i][1]);
    CHECK(tokens.behavior == kTokens[i][2]);
    CHECK(tokens.latents == kTokens[i][3]);
    CHECK(tokens.response_queries == kTokens[i][4]);
    CHECK(tokens.behavior_queries == kTokens[i][5]);
    check_segments(*resolution.strategy, shape, 4096);
    CHECK(!shown_and_asked(*resolution.strategy));
  }
}

TEST_CASE("strategy: names stand for lists, families and single rows") {
  CHECK(strategies_named("published").size() == 120);
  CHECK(strategies_named("causal").size() == 15);
  CHECK(strategies_named("population_causal").size() == 45);
  CHECK(strategies_named("causal/9").size() == 1);
  CHECK(strategies_named("video_only").size() == 1);
  CHECK(strategies_named("evaluation").size() == 21);
  CHECK(strategies_named("validation/stimulus_driven").size() == 1);
  CHECK(strategies_named("no such").empty());
  const auto& names = strategy_names();
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
  for (const std::string& name : names) { CHECK(!strategies_named(name).empty()); }
}

TEST_CASE("strategy: a two-part target begins five samples behind the visible prefix") {
  Strategy strategy = strategies_named("population/0").front();
  strategy.prefix_len = 40, strategy.reconstructed_neurons_max = 4096;
  const Resolution resolution = resolve(strategy, published_shape(), 4096);
  REQUIRE(resolution.strategy);
  REQUIRE(resolution.strategy->targets.size() == 2);
  const auto& [first, second] =
      std::pair{resolution.strategy->targets[0], resolution.strategy->targets[1]};
  CHECK(first.from == 30);
  CHECK(first.to == 45);
  CHECK(first.neurons_from == 1024);
  CHECK(second.from == 45);
  CHECK(second.to == 60);
  CHECK(second.neurons_from == 0);
}

TEST_CASE("strategy: windows of any length keep whole slots and hide what they ask") {
  for (int64_t samples = 10; samples <= 180; samples += samples < 90 ? 1 : 17) {
    const ModelShape shape = small_shape(samples, 30, true);
    for (int64_t neurons : {2, 7, 120, 1158}) {
      for (const Strategy& strategy : all_published()) {
        const Resolution resolution = resolve(strategy, shape, neurons);
        CHECK(resolution.strategy.has_value() == resolution.why.empty());
        if (!resolution.strategy) { continue; }
        CAPTURE(samples);
        CAPTURE(neurons);
        CAPTURE(strategy.name);
        check_segments(*resolution.strategy, shape, neurons);
        CHECK(!shown_and_asked(*resolution.strategy));
        if (!resolution.strategy->targets.empty()) {
          CHECK(resolution.strategy->targets.back().to == samples);
        }
        CHECK(resolution.strategy->context_to <= samples);
      }
    }
  }
}

TEST_CASE("strategy: counts of a small population scale by n / 4096") {
  const ModelShape shape = small_shape(60, 30, true);
  const auto resolved = resolve(strategies_named("population/0").front(), shape, 120).strategy;
  REQUIRE(resolved);
  CHECK(resolved->visible.front().neurons() == 30);
  CHECK(resolved->targets.front().neurons_from == 30);
  CHECK(resolved->targets.front().neurons_to == 120);
  const auto causal = resolve(strategies_named("causal_response_25").front(), shape, 120).strategy;
  REQUIRE(causal);
  CHECK(causal->visible.front().neurons() == 120);
  CHECK(causal->visible.front().to == 25);
  CHECK(causal->targets.front().neurons() == 120);
}

TEST_CASE("strategy: a window of 39 samples predicts its last 15") {
  const ModelShape shape = small_shape(39, 100, false);
  const auto causal = resolve(strategies_named("causal_response_25").front(), shape, 200).strategy;
  REQUIRE(causal);
  CHECK(causal->targets.front().from == 24);
  CHECK(causal->targets.front().to == 39);
  CHECK(causal->visible.front().from == 4);
  CHECK(causal->visible.front().to == 19);
  CHECK(!causal->behavior_reconstructed);
}

TEST_CASE("strategy: what cannot be shown or asked is dropped with its reason") {
  WindowShape window{.samples = 60, .rate_hz = 30};
  const ModelShape bare = shape_of({.width = 32, .layers = 2, .heads = 2}, window);
  const auto why = [&](const char* name, const ModelShape& shape, int64_t neurons) {
    return resolve(strategies_named(name).front(), shape, neurons).why;
  };
  CHECK(why("video_only", bare, 100) == "the data have no video");
  CHECK(why("behavior_decoding", bare, 100) == "the data have no behaviour");
  CHECK(why("responses_from_behavior", bare, 100) == "the data have no behaviour");
  CHECK(why("causal_response_25", bare, 100).empty());
  CHECK(why("population/0", bare, 1) == "nothing is left to reconstruct");
  CHECK(!why("causal_response_25", small_shape(12, 30, true), 100).empty());
  CHECK(why("video_only", small_shape(12, 30, true), 100).empty());
}

TEST_CASE("strategy: written numbers are taken as they stand") {
  Strategy strategy = strategies_named("causal/42").front();
  strategy.reconstructed_neurons_max = 15;
  const auto resolved = resolve_as_written(strategy, published_shape(), 20).strategy;
  REQUIRE(resolved);
  CHECK(resolved->visible.front().neurons() == 20);
  CHECK(resolved->targets.front().neurons_from == 5);
  CHECK(resolved->frames_from == 50);
  CHECK(resolved->context_to == 50);
}
