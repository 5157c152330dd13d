#include "model/brain/patches.h"

#include "model/linear_map.h"
#include "model/rms_norm.h"

#include <ATen/ATen.h>

namespace enigma::model {
namespace {

// Patches as rows: (B, s·g, channels·frames·height·width). Edges are filled with zeros.
at::Tensor patch_rows(const at::Tensor& video, StepRange visible, const VideoGrid& grid,
                      at::IntArrayRef patch) {
  const int64_t frames = patch[2], height = patch[3], width = patch[4];
  const int64_t first = visible.from * frames;
  const int64_t last = std::min(visible.to * frames, video.size(2));
  at::Tensor x = video.narrow(2, first, last - first);
  x = at::constant_pad_nd(
      x, {0, grid.columns * width - x.size(4), 0, grid.rows * height - x.size(3), 0,
          (visible.to - visible.from) * frames - x.size(2)});
  return x.unflatten(4, {grid.columns, width})
      .unflatten(3, {grid.rows, height})
      .unflatten(2, {-1, frames})         // (B, ch, s, frames, rows, height, columns, width)
      .permute({0, 2, 4, 6, 1, 3, 5, 7})  // (B, s, rows, columns, ch, frames, height, width)
      .flatten(4)                         // (B, s, rows, columns, pixels)
      .flatten(1, 3);                     // (B, s·g, pixels)
}

}  // namespace

at::Tensor Patches::operator()(const at::Tensor& video, StepRange visible) const {
  const int64_t steps = visible.to - visible.from;
  const at::Tensor rows = patch_rows(video, visible, grid, proj.weight.sizes());
  const at::Tensor positions =
      (time.narrow(1, visible.from, steps).unsqueeze(2) + space.unsqueeze(1)).flatten(1, 2);
  const at::Tensor x =
      linear_map(rows, proj.weight.flatten(1), proj.bias) + positions;  // (B, s·g, d)
  return x + feed_forward(rms_norm(x, gain));
}

Patches make_patches(ParameterSet& parameters, const std::string& name, const ModelShape& shape) {
  const int64_t d = shape.size.width, channels = shape.window.video->channels;
  const int64_t pixels = channels * shape.patch_frames * shape.patch_height * shape.patch_width;
  Patches patches{.grid = convolution_grid(shape)};
  patches.proj.weight = parameters.normal(
      name + ".proj.weight",
      {d, channels, shape.patch_frames, shape.patch_height, shape.patch_width}, spread(pixels));
  patches.proj.bias = parameters.constant(name + ".proj.bias", {d}, 0);
  patches.space =
      parameters.normal(name + ".pos_embed_spatial", {1, patches.grid.per_step(), d}, spread(d));
  patches.time =
      parameters.normal(name + ".pos_embed_temporal", {1, patches.grid.steps, d}, spread(d));
  patches.gain = parameters.constant(name + ".pre_norm.weight", {d}, 1);
  const int64_t hidden = tower_feed_forward_width(shape);
  patches.feed_forward =
      make_feed_forward(parameters, name + ".mlp", d, hidden, spread(d), spread(hidden));
  return patches;
}

}  // namespace enigma::model
