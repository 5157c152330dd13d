// Tokens and matrix-multiplication FLOPs of one forward pass, term by term.
#include "model/brain/shape/geometry.h"
#include "model/brain/shape/layout.h"
#include "model/brain/shape/strategy.h"

namespace enigma::model {
namespace {

double real(int64_t number) {
  return static_cast<double>(number);
}

// rows × in → rows × out.
double matmul(double rows, int64_t in, int64_t out) {
  return 2 * rows * real(in) * real(out);
}

// q·kᵀ and weights·v of all heads together.
double attention(double pairs, int64_t width) {
  return 4 * pairs * real(width);
}

double feed_forward(double rows, int64_t width, int64_t hidden) {
  return 3 * matmul(rows, width, hidden);
}

// Sums the dense count and what the interval mask saves from it.
struct Count {
  double dense = 0, masked = 0;

  void add(double flops) { dense += flops, masked += flops; }
  void add_attention(double all, double allowed, int64_t width) {
    dense += attention(all, width);
    masked += attention(allowed, width);
  }
};

WindowFlops sum_of(const std::vector<Count>& blocks) {
  WindowFlops flops;
  for (const Count& block : blocks) {
    flops.forward += block.dense;
    flops.forward_masked += block.masked;
    flops.by_block.push_back(block.masked);
  }
  return flops;
}

void add_cross(Count& count, const std::vector<TokenGroup>& queries,
               const std::vector<TokenGroup>& keys, int64_t d, int64_t hidden) {
  const double rows = real(token_count(queries)), columns = real(token_count(keys));
  count.add(2 * matmul(rows, d, d) + matmul(columns, d, 2 * d) + feed_forward(rows, d, hidden));
  count.add_attention(rows * columns, allowed_pairs(queries, keys), d);
}

void add_tower(std::vector<Count>& blocks, const std::vector<TokenGroup>& hidden,
               const ModelShape& shape) {
  const int64_t d = shape.size.width;
  const double rows = real(token_count(hidden)), allowed = allowed_pairs(hidden, hidden);
  for (int64_t i = 0; i < shape.size.layers; ++i) {
    Count& count = blocks.emplace_back();
    count.add(4 * matmul(rows, d, d) + feed_forward(rows, d, tower_feed_forward_width(shape)));
    count.add_attention(rows * rows, is_local_layer(shape, i) ? allowed : rows * rows, d);
  }
}

// All frames pass through Hiera, whatever the strategy shows; only visible tokens are projected.
double hiera_flops(const ModelShape& shape, double visible) {
  const int64_t taps = shape.window.video->channels * 6 * 7 * 7;
  double flops = matmul(real(convolution_grid(shape).tokens()), taps, shape.hiera_width);
  int64_t width = shape.hiera_width;
  for (const HieraBlock& block : hiera_blocks(shape)) {
    const double in = real(block.tokens_in), out = real(block.tokens_out());
    width = block.width_out;
    flops += matmul(in, block.width_in, 3 * width) + matmul(out, width, width) +
             feed_forward(out, width, block.hidden) + attention(out * real(block.chunk), width);
    if (block.pools) { flops += matmul(in, block.width_in, width); }
  }
  return flops + matmul(visible, width, shape.size.width);
}

double patch_flops(const ModelShape& shape, double visible) {
  const int64_t d = shape.size.width;
  const int64_t pixels =
      shape.window.video->channels * shape.patch_frames * shape.patch_height * shape.patch_width;
  return matmul(visible, pixels, d) + feed_forward(visible, d, tower_feed_forward_width(shape));
}

double video_flops(const ModelShape& shape, const std::vector<TokenGroup>& video) {
  if (video.empty()) { return 0; }
  const double visible = real(token_count(video));
  return shape.video_encoder == VideoEncoder::hiera ? hiera_flops(shape, visible)
                                                    : patch_flops(shape, visible);
}

double behavior_flops(const ResolvedStrategy& strategy, const ModelShape& shape) {
  if (!shape.window.behavior) { return 0; }
  const auto [channels, samples] = *shape.window.behavior;
  const double once = matmul(real(channels), samples, shape.size.width);
  return once * (strategy.behavior_encoded + strategy.behavior_reconstructed);
}

}  // namespace

TokenCounts count_tokens(const ResolvedStrategy& strategy, const ModelShape& shape,
                         int64_t /*neurons*/) {
  const TokenLayout layout = layout_of(strategy, shape);
  const int64_t channels = shape.window.behavior ? shape.window.behavior->channels : 0;
  TokenCounts counts;
  counts.behavior = strategy.behavior_encoded ? channels : 0;
  counts.behavior_queries = strategy.behavior_reconstructed ? channels : 0;
  counts.responses = token_count(layout.inputs) - counts.behavior;
  counts.video = token_count(layout.video);
  counts.latents = token_count(layout.latents);
  counts.response_queries = token_count(layout.queries) - counts.behavior_queries;
  return counts;
}

WindowFlops count_flops(const ResolvedStrategy& strategy, const ModelShape& shape,
                        int64_t neurons) {
  const TokenLayout layout = layout_of(strategy, shape);
  const TokenCounts tokens = count_tokens(strategy, shape, neurons);
  const int64_t d = shape.size.width;
  std::vector<TokenGroup> hidden = layout.latents;
  hidden.insert(hidden.end(), layout.video.begin(), layout.video.end());
  // Of a window: what a batch projects once, session and animal, is no window's.
  Count outside;
  outside.add(matmul(real(neurons), shape.embedding, d));
  outside.add(matmul(real(tokens.responses), shape.response_kernel, d));
  outside.add(behavior_flops(strategy, shape) + video_flops(shape, layout.video));
  std::vector<Count> blocks(2);
  blocks.front() = outside;
  if (!layout.inputs.empty()) {
    add_cross(blocks.back(), layout.latents, layout.inputs, d, tower_feed_forward_width(shape));
  }
  add_tower(blocks, hidden, shape);
  add_cross(blocks.emplace_back(), layout.queries, hidden, d, decoder_feed_forward_width(shape));
  blocks.back().add(matmul(real(tokens.response_queries), d, shape.response_stride));
  return sum_of(blocks);
}

}  // namespace enigma::model
