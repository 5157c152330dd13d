#include "model/brain/shape/shape.h"

#include "diagnostics/check.h"
#include "diagnostics/nearest.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace enigma::model {
namespace {

struct PublishedSize {
  const char* name;
  int64_t width, layers, heads, hiera_blocks;  ///< of the second stage
};
constexpr std::array<PublishedSize, 5> kPublished = {{{"1M", 256, 2, 4, 2},
                                                      {"5M", 256, 6, 4, 2},
                                                      {"20M", 512, 6, 8, 8},
                                                      {"80M", 768, 12, 12, 8},
                                                      {"300M", 1024, 24, 16, 8}}};

const PublishedSize* find_published(const std::string& name) {
  for (const auto& size : kPublished) {
    if (size.name == name) { return &size; }
  }
  return nullptr;
}

ModelShape published_shape(const PublishedSize& size, const WindowShape& window) {
  ModelShape shape;
  shape.size = {size.name, size.width, size.layers, size.heads};
  shape.window = window;
  shape.hiera_stages = {2, size.hiera_blocks};
  if (size.layers < 6) { shape.local_layers = 1; }
  return shape;
}

// A coarse grid of patches over the frame, whatever its size: the tower's cost must not follow
// the number of pixels on a small machine.
void set_patches(ModelShape& shape) {
  shape.video_encoder = VideoEncoder::patches;
  if (!shape.window.video) { return; }
  const VideoShape& video = *shape.window.video;
  shape.patch_frames = std::clamp<int64_t>(std::llround(0.2 * shape.window.rate_hz), 1,
                                           std::max<int64_t>(1, video.frames));
  shape.patch_height = std::max<int64_t>(1, (video.height + 2) / 3);
  shape.patch_width = std::max<int64_t>(1, (video.width + 3) / 4);
}

ModelShape small_shape(const ModelSize& size, const WindowShape& window) {
  ModelShape shape;
  shape.size = size;
  shape.window = window;
  shape.embedding = std::min<int64_t>(256, 2 * size.width);
  // Spike counts are mostly 0: at the published spread a spike would vanish beside the vector of
  // its neuron, and a small model would take thousands of steps to hear it.
  shape.response_spread = 3;
  // The decoder reads every neuron: nearly all the FLOPs of a small model.
  shape.decoder_multiple = 2.67;
  shape.latents_per_window = 8;
  shape.global_latents = 16;
  if (size.layers < 6) { shape.local_layers = 1; }
  shape.experiment_time = false;
  set_patches(shape);
  return shape;
}

}  // namespace

const std::vector<std::string>& published_size_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& size : kPublished) { all.emplace_back(size.name); }
    return all;
  }();
  return names;
}

std::optional<std::string> check_size(const ModelSize& size) {
  if (!size.name.empty()) {
    if (find_published(size.name)) { return std::nullopt; }
    return "no published size is called '" + size.name + "' (" +
           suggest_name(size.name, published_size_names()) + ")";
  }
  if (size.width <= 0 || size.layers <= 0 || size.heads <= 0) {
    return "width, layers and heads must all be positive";
  }
  if (size.width > 16384 || size.layers > 512) {
    return "width above 16384 or more than 512 layers is not supported";
  }
  // Rotary positions turn pairs of features inside each head.
  if (size.width % (2 * size.heads) != 0) {
    return "width " + std::to_string(size.width) +
           " is not a multiple of 2 x heads = " + std::to_string(2 * size.heads);
  }
  return std::nullopt;
}

ModelShape shape_of(const ModelSize& size, const WindowShape& window) {
  ENIGMA_CHECK(!check_size(size), "shape_of wants a size that check_size accepted");
  ENIGMA_CHECK(!window.video || window.video->frames == window.samples,
               "video comes resampled to the responses' rate");
  const PublishedSize* published = find_published(size.name);
  return published ? published_shape(*published, window) : small_shape(size, window);
}

}  // namespace enigma::model
