#include "model/brain/shape/shape.h"

#include "model/brain/shape/geometry.h"

#include <doctest/doctest.h>

using namespace enigma::model;

namespace {

WindowShape published_window() {
  return {.samples = 60,
          .rate_hz = 30,
          .video = VideoShape{60, 1, 36, 64},
          .behavior = BehaviorShape{5, 40}};
}

}  // namespace

TEST_CASE("shape: published sizes have the published numbers of parameters") {
  const std::vector<std::pair<std::string, int64_t>> expected = {
      {"1M", 6409984}, {"5M", 9819904}, {"20M", 35232512}, {"80M", 114482944}, {"300M", 347761408}};
  for (const auto& [name, shared] : expected) {
    CAPTURE(name);
    const ModelShape shape = shape_of({.name = name}, published_window());
    const ParameterCounts counts = count_parameters(shape, {100, 80}, 2);
    CHECK(counts.shared == shared);
    CHECK(counts.session == 46772);
    CHECK(counts.animal == 512);
    CHECK(counts.total == shared + 46772);
  }
}

TEST_CASE("shape: the feed-forward width follows the published rule, not a ceiling") {
  CHECK(feed_forward_width(2.67, 256) == 768);
  CHECK(feed_forward_width(2.67, 512) == 1408);
  CHECK(feed_forward_width(2.67, 768) == 2176);
  CHECK(feed_forward_width(2.67, 1024) == 2816);
  CHECK(feed_forward_width(2.67, 48) == 128);
  CHECK(feed_forward_width(4, 32) == 128);
}

TEST_CASE("shape: published sizes alternate five local layers with a global one") {
  const ModelShape shape = shape_of({.name = "80M"}, published_window());
  std::string kinds;
  for (int64_t i = 0; i < 12; ++i) { kinds += is_local_layer(shape, i) ? 'L' : 'G'; }
  CHECK(kinds == "LLLLLGLLLLLG");
  const ModelShape smallest = shape_of({.name = "1M"}, published_window());
  CHECK(is_local_layer(smallest, 0));
  CHECK(!is_local_layer(smallest, 1));
}

TEST_CASE("shape: the published video grid has 3840 tokens") {
  const ModelShape shape = shape_of({.name = "20M"}, published_window());
  CHECK(convolution_grid(shape).tokens() == 30 * 16 * 32);
  CHECK(token_grid(shape).tokens() == 3840);
  CHECK(video_step_from(shape, 29) == 59);
  CHECK(video_step_from(shape, 3) == 9);
  const auto blocks = hiera_blocks(shape);
  CHECK(blocks.size() == 10);
  CHECK(blocks[2].pools);
  CHECK(blocks[2].chunk == 64);
  CHECK(blocks[3].chunk == 16);
  CHECK(blocks[9].drop_rate == doctest::Approx(0.25));
}

TEST_CASE("shape: sizes that cannot be built say why") {
  CHECK(!check_size({.name = "80M"}));
  CHECK(!check_size({.width = 48, .layers = 2, .heads = 3}));
  CHECK(check_size({.name = "80"})->find("80M") != std::string::npos);
  CHECK(check_size({.width = 50, .layers = 2, .heads = 4})->find("multiple") != std::string::npos);
  CHECK(check_size({.width = 32, .layers = 0, .heads = 4}).has_value());
  CHECK(check_size({.width = 32, .layers = -1, .heads = 4}).has_value());
}

TEST_CASE("shape: small shapes cover a frame of any size with 3 x 4 patches") {
  for (const auto& [height, width] : {std::pair{36, 64}, {37, 65}, {2, 3}, {144, 256}}) {
    CAPTURE(height);
    WindowShape window{.samples = 39, .rate_hz = 100, .video = VideoShape{39, 1, height, width}};
    const ModelShape shape = shape_of({.width = 32, .layers = 2, .heads = 2}, window);
    const VideoGrid grid = token_grid(shape);
    CHECK(grid.rows <= 3);
    CHECK(grid.columns <= 4);
    CHECK(grid.rows * shape.patch_height >= height);
    CHECK(grid.columns * shape.patch_width >= width);
    CHECK(grid.steps * shape.patch_frames >= 39);
  }
}

TEST_CASE("shape: data without video or behaviour have no modules for them") {
  WindowShape window{.samples = 60, .rate_hz = 30};
  const ModelSize size{.width = 32, .layers = 2, .heads = 2};
  const ParameterCounts bare = count_parameters(shape_of(size, window), {}, 1);
  window.behavior = BehaviorShape{5, 40};
  const ParameterCounts with = count_parameters(shape_of(size, window), {}, 1);
  CHECK(with.shared - bare.shared == 5 * 32 + 5 * 40 * 32 + 40 * 32 + 32);
}

TEST_CASE("shape: state is four copies of the parameters, and activations grow with windows") {
  const ModelShape shape = shape_of({.name = "80M"}, published_window());
  const ParameterCounts counts = count_parameters(shape, {8000}, 1);
  CHECK(state_bytes(counts) == 16 * counts.total);
  const int64_t one = activation_bytes(shape, 1, 4096);
  CHECK(one > 0);
  CHECK(activation_bytes(shape, 8, 4096) == 8 * one);
}
