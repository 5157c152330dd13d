// Numbers that follow from a ModelShape: token grids, widths, blocks of the video backbone.
// The modules and the counts both read them here, so that there is one copy of each rule.
#pragma once

#include "model/brain/shape/shape.h"

#include <cstdint>
#include <vector>

namespace enigma::model {

/// 128·⌊(multiple·width + 127)/128⌋ with the product in floating point: the published rule,
/// which is not a true ceiling (model-parameters 3.7).
int64_t feed_forward_width(double multiple, int64_t width);
int64_t tower_feed_forward_width(const ModelShape& shape);    ///< of encoder and tower
int64_t decoder_feed_forward_width(const ModelShape& shape);  ///< small models: as the tower

/// Groups of window latents: ⌈(W − latent_window)/latent_window⌉ + 1, at least one.
int64_t latent_windows(const ModelShape& shape);

/// Whether layer i of the tower is local (interval mask) or global.
bool is_local_layer(const ModelShape& shape, int64_t layer);

/// Video tokens as a grid of time steps × rows × columns; zeros where there is no video.
struct VideoGrid {
  int64_t steps = 0, rows = 0, columns = 0;
  int64_t per_step() const { return rows * columns; }
  int64_t tokens() const { return steps * rows * columns; }
};

/// Grid of the first convolution: Hiera before pooling (rows and columns rounded up to multiples
/// of 8 so that windows of 8 × 8 fit), or the patches.
VideoGrid convolution_grid(const ModelShape& shape);
/// Grid of the tokens that reach the tower: Hiera pools 2 × 2 once.
VideoGrid token_grid(const ModelShape& shape);

/// First frame of step k as its token's time, the end of its interval, and the visible steps
/// [from, to) when frames [frames_from, frames_to) may be seen. Ticks are samples.
int64_t video_step_from(const ModelShape& shape, int64_t step);
int64_t video_step_to(const ModelShape& shape, int64_t step);
struct StepRange {
  int64_t from = 0, to = 0;
};
StepRange visible_steps(const ModelShape& shape, int64_t frames_from, int64_t frames_to);

/// One block of the Hiera backbone: window attention over chunks of `chunk` tokens; `pools` marks
/// the block where four neighbours become one.
struct HieraBlock {
  int64_t width_in = 0, width_out = 0, heads = 0, hidden = 0, tokens_in = 0, chunk = 0;
  bool pools = false;
  double drop_rate = 0;  ///< of stochastic depth

  int64_t tokens_out() const { return pools ? tokens_in / 4 : tokens_in; }
};
std::vector<HieraBlock> hiera_blocks(const ModelShape& shape);

}  // namespace enigma::model
