// Parameters by class and the memory that follows from them (model-parameters sections 1 and 2).
#include "model/brain/shape/geometry.h"
#include "model/brain/shape/shape.h"

#include <algorithm>
#include <numeric>

namespace enigma::model {
namespace {

int64_t linear(int64_t in, int64_t out) {
  return in * out + out;
}

int64_t cross_attention(int64_t d, int64_t hidden) {
  return 4 * d * d + 3 * d * hidden + 3 * d;
}
int64_t self_attention(int64_t d, int64_t hidden) {
  return 4 * d * d + 3 * d * hidden + 2 * d;
}

int64_t hiera_block(const HieraBlock& block) {
  const int64_t in = block.width_in, out = block.width_out;
  return in + out + linear(in, 3 * out) + linear(out, out) + 3 * out * block.hidden +
         (block.pools ? linear(in, out) : 0);
}

int64_t hiera(const ModelShape& shape) {
  const VideoGrid grid = convolution_grid(shape);
  int64_t count = linear(shape.window.video->channels * 6 * 7 * 7, shape.hiera_width) +
                  (grid.per_step() + grid.steps) * shape.hiera_width;
  for (const HieraBlock& block : hiera_blocks(shape)) { count += hiera_block(block); }
  return count + linear(hiera_blocks(shape).back().width_out, shape.size.width);
}

int64_t patches(const ModelShape& shape) {
  const VideoGrid grid = convolution_grid(shape);
  const int64_t d = shape.size.width;
  const int64_t pixels =
      shape.window.video->channels * shape.patch_frames * shape.patch_height * shape.patch_width;
  return linear(pixels, d) + (grid.per_step() + grid.steps) * d + d +
         3 * d * tower_feed_forward_width(shape);
}

int64_t video_encoder(const ModelShape& shape) {
  if (!shape.window.video) { return 0; }
  return shape.video_encoder == VideoEncoder::hiera ? hiera(shape) : patches(shape);
}

// Channel rows, readout of every channel and sample, and the projection of a channel's samples.
int64_t behavior(const ModelShape& shape) {
  if (!shape.window.behavior) { return 0; }
  const auto [channels, samples] = *shape.window.behavior;
  const int64_t d = shape.size.width;
  return channels * d + channels * samples * d + linear(samples, d);
}

// Numbers kept for the backward pass of one window, from the largest strategy.
int64_t activations(const ModelShape& shape, int64_t neurons) {
  const int64_t d = shape.size.width;
  const int64_t hidden = latent_windows(shape) * shape.latents_per_window + shape.global_latents +
                         token_grid(shape).tokens();
  const int64_t inputs = neurons * std::max<int64_t>(1, shape.window.samples / 5 - 1);
  const int64_t queries = neurons * (shape.window.samples / 10);
  const int64_t wide = tower_feed_forward_width(shape);
  int64_t count = inputs * 7 * d + hidden * (shape.size.layers + 1) * (13 * d + 4 * wide) +
                  queries * (12 * d + 4 * decoder_feed_forward_width(shape));
  if (shape.window.video && shape.video_encoder == VideoEncoder::hiera) {
    for (const HieraBlock& block : hiera_blocks(shape)) {
      count += block.tokens_in * (10 * block.width_out + 4 * block.hidden);
    }
  }
  // A tenth for what the backward pass holds at its peak: measured at 0.9 to 1.05 of the sum.
  return count + count / 10;
}

}  // namespace

ParameterCounts count_parameters(const ModelShape& shape, const std::vector<int64_t>& neurons,
                                 int64_t animals) {
  const int64_t d = shape.size.width, e = shape.embedding;
  const int64_t projections = shape.experiment_time ? 4 : 3;  // session, neuron, animal, (time)
  ParameterCounts counts;
  counts.animal = animals * e;
  counts.shared = counts.animal + projections * linear(e, d) + 3 * d +
                  (shape.latents_per_window + shape.global_latents) * d +
                  linear(shape.response_kernel, d) + shape.response_stride * d + behavior(shape) +
                  video_encoder(shape) + cross_attention(d, tower_feed_forward_width(shape)) +
                  shape.size.layers * self_attention(d, tower_feed_forward_width(shape)) +
                  cross_attention(d, decoder_feed_forward_width(shape));
  for (int64_t n : neurons) { counts.session += n * (e + 1) + e; }
  counts.total = counts.shared + counts.session;
  return counts;
}

int64_t activation_bytes(const ModelShape& shape, int64_t windows, int64_t neurons) {
  return 4 * windows * activations(shape, std::min(neurons, shape.neurons_max));
}

}  // namespace enigma::model
