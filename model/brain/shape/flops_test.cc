#include "model/brain/shape/strategy.h"

#include <doctest/doctest.h>

using namespace enigma::model;

namespace {

ModelShape small_shape(int64_t width) {
  return shape_of({.width = width, .layers = 2, .heads = 2}, {.samples = 60,
                                                              .rate_hz = 30,
                                                              .video = VideoShape{60, 1, 36, 64},
                                                              .behavior = BehaviorShape{5, 40}});
}

ResolvedStrategy resolved(const char* name, const ModelShape& shape, int64_t neurons) {
  return *resolve(strategies_named(name).front(), shape, neurons).strategy;
}

}  // namespace

TEST_CASE("flops: a causal window without video agrees with the sum written out") {
  const ModelShape shape = small_shape(32);
  const WindowFlops flops =
      count_flops(resolved("causal_response_25_behavior", shape, 120), shape, 120);
  // 120 neurons with 4 tokens each, 5 behaviour tokens, 6 x 8 + 16 latents, 120 x 6 queries;
  // d = 32, e = 64, feed-forward 128 everywhere.
  const double d = 32, inputs = 120 * 4, in = inputs + 5, latents = 64, queries = 720;
  double sum = 120 * 64 * d + inputs * 10 * d + 5 * 40 * d;
  sum += latents * d * d * 2 + in * d * d * 2 + latents * in * d * 2 + latents * 3 * d * 128;
  sum += 2 * (latents * d * d * 4 + latents * latents * d * 2 + latents * 3 * d * 128);
  sum += queries * d * d * 2 + latents * d * d * 2 + queries * latents * d * 2 +
         queries * 3 * d * 128 + queries * d * 5;
  CHECK(flops.forward == doctest::Approx(2 * sum).epsilon(1e-12));
  CHECK(flops.training() == doctest::Approx(6 * sum).epsilon(1e-12));
  CHECK(flops.forward_masked < flops.forward);
  // Outside, encoder, two layers, decoder: all between the first and the last may run again.
  REQUIRE(flops.by_block.size() == 5);
  CHECK(flops.by_block[0] == 2 * (120 * 64 * d + inputs * 10 * d + 5 * 40 * d));
  CHECK(flops.training(true).executed ==
        doctest::Approx(4 * flops.forward_masked - flops.by_block[0] - flops.by_block[4]));
}

TEST_CASE("flops: a video window of patches agrees with the sum written out") {
  const ModelShape shape = small_shape(48);
  const WindowFlops flops = count_flops(resolved("video_only", shape, 120), shape, 120);
  // 10 x 3 x 4 patches of 6 x 12 x 16 pixels; 16 latents; no responses, so no encoder.
  const double d = 48, video = 120, hidden = 136, queries = 725, wide = 128;
  double sum = 120 * 96 * d + video * 1152 * d + video * 3 * d * wide + 5 * 40 * d;
  sum += 2 * (hidden * d * d * 4 + hidden * hidden * d * 2 + hidden * 3 * d * wide);
  sum += queries * d * d * 2 + hidden * d * d * 2 + queries * hidden * d * 2 +
         queries * 3 * d * wide + 720 * d * 5;
  CHECK(flops.forward == doctest::Approx(2 * sum).epsilon(1e-12));
}

TEST_CASE("flops: the quick start's smallest model costs about 1e8 per training window") {
  const ModelShape shape = small_shape(32);
  const double training =
      count_flops(resolved("causal_response_25_video_behavior", shape, 120), shape, 120).training();
  CHECK(training > 0.5e8);
  CHECK(training < 2.5e8);
}

TEST_CASE("flops: the published 80M window costs what its towers say") {
  const ModelShape shape = shape_of({.name = "80M"}, {.samples = 60,
                                                      .rate_hz = 30,
                                                      .video = VideoShape{60, 1, 36, 64},
                                                      .behavior = BehaviorShape{5, 40}});
  const WindowFlops flops = count_flops(resolved("population/0", shape, 4096), shape, 4096);
  // The tower alone: 88.5 M parameters x 4096 tokens x 2, and attention 12 x 4 x 4096² x 768.
  const double tower = 2.0 * 88473600 * 4096 + 12 * 4.0 * 4096 * 4096 * 768;
  CHECK(flops.forward > tower);
  CHECK(flops.forward < 2.5 * tower);
}
