#include "model/brain/shape/geometry.h"

#include "diagnostics/check.h"

#include <algorithm>

namespace enigma::model {
namespace {

constexpr int64_t kHieraStride = 2;
constexpr int64_t kHieraFrames = 6;   // frames that one step sees, and that its interval lasts
constexpr int64_t kHieraWindow = 64;  // tokens of a window before pooling: 8 × 8

int64_t ceil_div(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}
int64_t floor_div(int64_t a, int64_t b) {
  return a >= 0 ? a / b : -ceil_div(-a, b);
}
int64_t round_up(int64_t a, int64_t b) {
  return ceil_div(a, b) * b;
}

}  // namespace

int64_t feed_forward_width(double multiple, int64_t width) {
  return 128 * static_cast<int64_t>((multiple * static_cast<double>(width) + 127) / 128);
}
int64_t tower_feed_forward_width(const ModelShape& shape) {
  return feed_forward_width(shape.tower_multiple, shape.size.width);
}
int64_t decoder_feed_forward_width(const ModelShape& shape) {
  return feed_forward_width(shape.decoder_multiple, shape.size.width);
}

int64_t latent_windows(const ModelShape& shape) {
  const int64_t beyond = std::max<int64_t>(0, shape.window.samples - shape.latent_window);
  return ceil_div(beyond, shape.latent_window) + 1;
}

bool is_local_layer(const ModelShape& shape, int64_t layer) {
  const int64_t cycle = shape.local_layers + shape.global_layers;
  const int64_t lead = shape.size.layers % cycle;
  return layer < lead || (layer - lead) % cycle < shape.local_layers;
}

VideoGrid convolution_grid(const ModelShape& shape) {
  if (!shape.window.video) { return {}; }
  const VideoShape& video = *shape.window.video;
  if (shape.video_encoder == VideoEncoder::patches) {
    return {ceil_div(video.frames, shape.patch_frames), ceil_div(video.height, shape.patch_height),
            ceil_div(video.width, shape.patch_width)};
  }
  // Kernel (6,7,7), stride 2, padding (2,1,3).
  return {(video.frames + 4 - 6) / kHieraStride + 1,
          round_up((std::max<int64_t>(video.height, 5) + 2 - 7) / kHieraStride + 1, 8),
          round_up((video.width + 6 - 7) / kHieraStride + 1, 8)};
}

VideoGrid token_grid(const ModelShape& shape) {
  VideoGrid grid = convolution_grid(shape);
  if (shape.video_encoder == VideoEncoder::hiera) { grid.rows /= 2, grid.columns /= 2; }
  return grid;
}

int64_t video_step_from(const ModelShape& shape, int64_t step) {
  if (shape.video_encoder == VideoEncoder::patches) { return step * shape.patch_frames; }
  return std::min(kHieraStride * step + 3, shape.window.video->frames - 1);
}

int64_t video_step_to(const ModelShape& shape, int64_t step) {
  // A patch may be attended while its frames show and for as long again: responses lag.
  if (shape.video_encoder == VideoEncoder::patches) { return (step + 2) * shape.patch_frames; }
  return video_step_from(shape, step) + kHieraFrames;
}

StepRange visible_steps(const ModelShape& shape, int64_t frames_from, int64_t frames_to) {
  if (!shape.window.video || frames_to <= frames_from) { return {}; }
  const int64_t steps = token_grid(shape).steps;
  if (frames_from <= 0 && frames_to >= shape.window.video->frames) { return {0, steps}; }
  if (shape.video_encoder == VideoEncoder::patches) {
    const int64_t to =
        frames_to >= shape.window.video->frames ? steps : frames_to / shape.patch_frames;
    const int64_t from = ceil_div(frames_from, shape.patch_frames);
    return from < to ? StepRange{from, to} : StepRange{};
  }
  const auto step_of = [&](int64_t frame) {
    return std::clamp<int64_t>(2 + floor_div(frame - 4, kHieraStride), 0, steps);
  };
  return {step_of(frames_from), step_of(frames_to)};
}

std::vector<HieraBlock> hiera_blocks(const ModelShape& shape) {
  ENIGMA_CHECK(shape.hiera_stages.size() == 2, "the video backbone has two stages");
  const int64_t count = shape.hiera_stages[0] + shape.hiera_stages[1];
  std::vector<HieraBlock> blocks;
  int64_t width = shape.hiera_width, heads = shape.hiera_heads, chunk = kHieraWindow;
  int64_t tokens = convolution_grid(shape).tokens();
  for (int64_t i = 0; i < count; ++i) {
    HieraBlock block{.width_in = width, .tokens_in = tokens, .chunk = chunk};
    block.pools = i == shape.hiera_stages[0];
    if (block.pools) { width *= 2, heads *= 2, chunk /= 4, tokens /= 4; }
    block.width_out = width, block.heads = heads;
    block.hidden = feed_forward_width(2.67, width);
    if (count > 1) {
      block.drop_rate =
          shape.hiera_drop_path * static_cast<double>(i) / static_cast<double>(count - 1);
    }
    blocks.push_back(block);
  }
  return blocks;
}

}  // namespace enigma::model
