// The published video backbone, position scrambling included (model-parameters 3.14): every frame
// is encoded whatever a strategy shows, and every token depends on all of them.
// Shape legend: B windows, T time steps, N tokens of the sequence, c width of a block.
#pragma once

#include "model/brain/shape/geometry.h"
#include "model/feed_forward.h"
#include "model/trace.h"

#include <vector>

namespace enigma::model {

struct HieraLayer {
  HieraBlock block;
  at::Tensor gain, feed_forward_gain;
  Linear qkv, proj, widen;  ///< `widen` only in the pooling block
  FeedForward feed_forward;
};

struct Hiera {
  at::Tensor patch_weight, patch_bias, space, time;
  std::vector<HieraLayer> layers;
  Linear feature_proj;
  VideoGrid grid;  ///< of the first convolution
  VideoLayout layout = VideoLayout::published;

  /// video (B, channels, T', height, width) → tokens (B, visible steps × pooled grid, d).
  /// `kept`: rows of zeros and ones (B) for the branches with a drop rate, or undefined.
  at::Tensor operator()(const at::Tensor& video, StepRange visible, const at::Tensor& kept,
                        Trace* trace) const;
};

/// `{name}.backbone.…` and `{name}.feature_proj` under their published names.
Hiera make_hiera(ParameterSet& parameters, const std::string& name, const ModelShape& shape);

}  // namespace enigma::model
