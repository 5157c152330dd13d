#include "model/brain/shape/layout.h"

#include <doctest/doctest.h>

using namespace enigma::model;

namespace {

ModelShape small_shape() {
  return shape_of({.width = 32, .layers = 2, .heads = 2}, {.samples = 60,
                                                           .rate_hz = 30,
                                                           .video = VideoShape{60, 1, 36, 64},
                                                           .behavior = BehaviorShape{5, 40}});
}

TokenLayout layout_named(const char* name, const ModelShape& shape) {
  return layout_of(*resolve(strategies_named(name).front(), shape, 120).strategy, shape);
}

}  // namespace

TEST_CASE("layout: touching intervals do not attend") {
  const TokenGroup a{0, 10, 1, 0}, b{10, 20, 1, 0}, c{9, 11, 1, 0};
  CHECK(!overlaps(a, b));
  CHECK(!overlaps(b, a));
  CHECK(overlaps(a, c));
  CHECK(overlaps(b, c));
}

TEST_CASE("layout: allowed pairs agree with a loop over tokens") {
  const ModelShape shape = small_shape();
  const TokenLayout layout = layout_named("population_64_response_video_behavior", shape);
  const auto expand = [](const std::vector<TokenGroup>& groups) {
    std::vector<TokenGroup> tokens;
    for (const TokenGroup& group : groups) {
      for (int64_t i = 0; i < group.count; ++i) { tokens.push_back({group.from, group.to, 1, 0}); }
    }
    return tokens;
  };
  double pairs = 0;
  for (const TokenGroup& query : expand(layout.queries)) {
    for (const TokenGroup& key : expand(layout.latents)) {
      if (!(key.to <= query.from || key.from >= query.to)) { ++pairs; }
    }
  }
  CHECK(allowed_pairs(layout.queries, layout.latents) == pairs);
}

TEST_CASE("layout: latents are those whose window starts in the context, then the global ones") {
  const ModelShape shape = small_shape();
  const TokenLayout layout = layout_named("causal_response_25_video", shape);
  REQUIRE(layout.latents.size() == 4);
  CHECK(layout.latents[1].from == 10);
  CHECK(layout.latents[1].time_s == static_cast<double>(10.0f / 30.0f));
  CHECK(layout.latents[3].to == 60);
  CHECK(layout.latents[3].count == 16);
  CHECK(layout_named("video_only", shape).latents.size() == 1);
}

TEST_CASE("layout: a patch may be attended from its first frame for twice its length") {
  const ModelShape shape = small_shape();
  const TokenLayout layout = layout_named("video_only", shape);
  REQUIRE(layout.video.size() == 10);
  CHECK(layout.video[2].from == 12);
  CHECK(layout.video[2].to == 24);
  CHECK(layout.video[2].count == 12);
}

TEST_CASE("layout: patches that reach into hidden frames are hidden") {
  const ModelShape shape = small_shape();
  ResolvedStrategy strategy;
  strategy.frames_from = 50, strategy.frames_to = 60;
  CHECK(layout_of(strategy, shape).video.size() == 1);
  strategy.frames_from = 48;
  CHECK(layout_of(strategy, shape).video.size() == 2);
  strategy.frames_to = 59;
  CHECK(layout_of(strategy, shape).video.size() == 1);
}
