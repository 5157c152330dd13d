#include "model/brain/hiera.h"

#include "model/attention.h"
#include "model/rms_norm.h"

#include <ATen/ATen.h>

#include <cmath>

namespace enigma::model {
namespace {

constexpr double kStd = 0.02;  // of every map inside the backbone; biases start there too
constexpr int64_t kTaps = 6 * 7 * 7;

// Convolution (6,7,7), stride 2, padding (2,1,3), plus positions: (B, T·rows·columns, c).
at::Tensor embed(const Hiera& hiera, const at::Tensor& video) {
  const VideoGrid& grid = hiera.grid;
  // Frames whose grid is no multiple of the attention window get zeros on the right and below.
  const auto missing = [](int64_t pixels, int64_t padding, int64_t cells) {
    return std::max<int64_t>(0, 2 * cells + 5 - pixels - padding);
  };
  const at::Tensor padded = at::constant_pad_nd(
      video, {0, missing(video.size(4), 6, grid.columns), 0, missing(video.size(3), 2, grid.rows)});
  const at::Tensor cells = at::conv3d(padded, hiera.patch_weight, hiera.patch_bias, {2, 2, 2},
                                      {2, 1, 3})  // (B, c, T, rows, columns)
                               .narrow(3, 0, grid.rows)
                               .narrow(4, 0, grid.columns);
  const at::Tensor sequence = cells.flatten(3).permute({0, 2, 3, 1});  // (B, T, rows·columns, c)
  return (sequence + hiera.space.unsqueeze(1) + hiera.time.unsqueeze(2)).flatten(1, 2);
}

// New order: phase of a 2 × 2 cell, then time, then cell: ((sy·2+sx)·T + t)·cells + cell.
at::Tensor unroll(const at::Tensor& x, const VideoGrid& grid) {
  return x.unflatten(1, {grid.steps, grid.rows / 2, 2, grid.columns / 2, 2})
      .permute({0, 3, 5, 1, 2, 4, 6})  // (B, sy, sx, T, y2, x2, c)
      .flatten(1, 5);
}

constexpr int64_t kPhases = 4;  // of a 2 × 2 cell, until they are pooled
constexpr int64_t kCells = 16;  // of a window

// Whether a window holds all phases of its cells (before pooling), each apart in the sequence.
bool holds_phases(const HieraBlock& block, VideoLayout layout) {
  return layout == VideoLayout::causal_windows && block.chunk > kCells;
}

// The windows of a sequence (B, N, …): (B·windows, chunk, …).
at::Tensor windows_of(const at::Tensor& x, const HieraBlock& block, VideoLayout layout) {
  const int64_t windows = x.size(1) / block.chunk;
  if (!holds_phases(block, layout)) { return x.unflatten(1, {windows, block.chunk}).flatten(0, 1); }
  return x.unflatten(1, {kPhases, windows, -1}).transpose(1, 2).flatten(2, 3).flatten(0, 1);
}

// Results of windows back into a sequence, (B·windows, queries, c) to (B, windows·queries, c). The
// published code writes query j of window w to position j·windows + w.
at::Tensor sequence_of(const at::Tensor& mixed, int64_t windows, const HieraBlock& block,
                       VideoLayout layout) {
  const at::Tensor x = mixed.unflatten(0, {-1, windows});  // (B, windows, queries, c)
  if (layout == VideoLayout::published) { return x.transpose(1, 2).flatten(1, 2); }
  if (block.pools || !holds_phases(block, layout)) { return x.flatten(1, 2); }
  return x.unflatten(2, {kPhases, -1}).transpose(1, 2).flatten(1, 3);
}

// The largest of every four queries: neighbours of the window as published, else the phases.
at::Tensor pooled(const at::Tensor& q, VideoLayout layout) {
  return layout == VideoLayout::published ? q.unflatten(1, {-1, kPhases}).amax(2)
                                          : q.unflatten(1, {kPhases, -1}).amax(1);
}

// Attention within windows, (B, N, c_in) to (B, N_out, c_out).
at::Tensor window_attention(const HieraLayer& layer, const at::Tensor& x, VideoLayout layout) {
  const HieraBlock& block = layer.block;
  const at::Tensor qkv = layer.qkv(x).unflatten(-1, {3, block.heads, -1});  // (B, N, 3, H, f)
  const auto part = [&](int64_t which) {
    return windows_of(qkv.select(2, which), block, layout);  // (B·windows, chunk, H, f)
  };
  const at::Tensor q = block.pools ? pooled(part(0), layout) : part(0);
  const at::Tensor mixed = attend(rms_norm(q), rms_norm(part(1)), part(2));
  return layer.proj(sequence_of(mixed, x.size(1) / block.chunk, block, layout));
}

// Stochastic depth of one branch: items that are dropped add nothing, the others add more.
at::Tensor keep(const at::Tensor& branch, const at::Tensor& kept, int64_t& draw, double rate) {
  if (!kept.defined() || rate <= 0) { return branch; }
  const at::Tensor items = kept[draw++].to(branch.dtype()) / (1 - rate);  // (B)
  return branch * items.view({-1, 1, 1});
}

at::Tensor run_layer(const HieraLayer& layer, const at::Tensor& x, VideoLayout layout,
                     const at::Tensor& kept, int64_t& draw) {
  const at::Tensor normed = rms_norm(x, layer.gain);
  // Pooling keeps the largest of the four phases of every cell.
  const at::Tensor residual =
      layer.block.pools ? layer.widen(normed).unflatten(1, {4, -1}).amax(1) : x;
  const double rate = layer.block.drop_rate;
  const at::Tensor mixed =
      residual + keep(window_attention(layer, normed, layout), kept, draw, rate);
  const at::Tensor fed = layer.feed_forward(rms_norm(mixed, layer.feed_forward_gain));
  return mixed + keep(fed, kept, draw, rate);
}

HieraLayer make_layer(ParameterSet& parameters, const std::string& name, const HieraBlock& block) {
  HieraLayer layer{.block = block};
  const int64_t out = block.width_out;
  layer.gain = parameters.constant(name + ".pre_norm1.weight", {block.width_in}, 1);
  layer.feed_forward_gain = parameters.constant(name + ".pre_norm2.weight", {out}, 1);
  layer.qkv = make_linear(parameters, name + ".attn.qkv", block.width_in, 3 * out, kStd, kStd);
  layer.proj = make_linear(parameters, name + ".attn.proj", out, out, kStd, kStd);
  layer.feed_forward = make_feed_forward(parameters, name + ".mlp", out, block.hidden, kStd, kStd);
  if (block.pools) {
    layer.widen = make_linear(parameters, name + ".proj", block.width_in, out, kStd, kStd);
  }
  return layer;
}

}  // namespace

at::Tensor Hiera::operator()(const at::Tensor& video, StepRange visible, const at::Tensor& kept,
                             Trace* trace) const {
  at::Tensor x = embed(*this, video);  // (B, T·rows·columns, c)
  note(trace, "hiera.embed_plus_pos", x);
  x = unroll(x, grid);
  note(trace, "hiera.unrolled", x);
  int64_t draw = 0;
  for (size_t i = 0; i < layers.size(); ++i) {
    x = run_layer(layers[i], x, layout, kept, draw);
    note(trace, "hiera.block." + std::to_string(i), x);
  }
  const int64_t cells = x.size(1) / grid.steps;
  note(trace, "hiera.backbone_out", x.unflatten(1, {grid.steps, -1, grid.columns / 2}));
  return feature_proj(x.narrow(1, visible.from * cells, (visible.to - visible.from) * cells));
}

Hiera make_hiera(ParameterSet& parameters, const std::string& name, const ModelShape& shape) {
  const std::string backbone = name + ".backbone";
  const int64_t c = shape.hiera_width, channels = shape.window.video->channels;
  Hiera hiera{.grid = convolution_grid(shape), .layout = shape.video_layout};
  hiera.space =
      parameters.normal(backbone + ".pos_embed_spatial", {1, hiera.grid.per_step(), c}, kStd);
  hiera.time = parameters.normal(backbone + ".pos_embed_temporal", {1, hiera.grid.steps, c}, kStd);
  hiera.patch_weight =
      parameters.normal(backbone + ".patch_embed.proj.weight", {c, channels, 6, 7, 7}, kStd);
  hiera.patch_bias =
      parameters.uniform(backbone + ".patch_embed.proj.bias", {c}, spread(kTaps * channels));
  const std::vector<HieraBlock> blocks = hiera_blocks(shape);
  for (size_t i = 0; i < blocks.size(); ++i) {
    hiera.layers.push_back(
        make_layer(parameters, backbone + ".blocks." + std::to_string(i), blocks[i]));
  }
  const int64_t out = blocks.back().width_out;
  hiera.feature_proj =
      make_linear(parameters, name + ".feature_proj", out, shape.size.width, spread(out));
  return hiera;
}

}  // namespace enigma::model
