// The video encoder of small models: one strided convolution over patches that do not overlap,
// learned positions, one SwiGLU block for features beyond linear filters.
// Shape legend: B windows, s visible time steps, g patches of a step, d width.
#pragma once

#include "model/brain/shape/geometry.h"
#include "model/feed_forward.h"

namespace enigma::model {

struct Patches {
  Linear proj;  ///< weight (d, channels, frames, height, width) of a patch
  at::Tensor space, time, gain;
  FeedForward feed_forward;
  VideoGrid grid;

  /// video (B, channels, T, height, width) → tokens (B, s·g, d) of the visible steps only.
  at::Tensor operator()(const at::Tensor& video, StepRange visible) const;
};

/// `{name}.proj`, `.pos_embed_spatial`, `.pos_embed_temporal`, `.pre_norm`, `.mlp`.
Patches make_patches(ParameterSet& parameters, const std::string& name, const ModelShape& shape);

}  // namespace enigma::model
