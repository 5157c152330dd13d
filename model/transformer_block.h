// The two kinds of transformer block: cross-attention (encoder, decoder) and self-attention
// (tower). Pre-norm, normalised queries and keys, rotary time, SwiGLU, no biases.
// Shape legend: B windows, Q queries, K keys, S tokens, d width.
#pragma once

#include "model/attention.h"
#include "model/feed_forward.h"

namespace enigma::model {

struct CrossBlock {
  int64_t heads = 1;
  at::Tensor context_gain, gain, feed_forward_gain;
  Linear wq, wkv, wo;
  FeedForward feed_forward;

  /// x (B, Q, d) attends to context (B, K, d); rotations of both; returns (B, Q, d). A plan that is
  /// null lets all see all.
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& context, const at::Tensor& rotation,
                        const at::Tensor& context_rotation,
                        const std::shared_ptr<const AttentionPlan>& plan) const;
};
CrossBlock make_cross_block(ParameterSet& parameters, const std::string& name, int64_t width,
                            int64_t heads, int64_t hidden);

struct SelfBlock {
  int64_t heads = 1;
  at::Tensor gain, feed_forward_gain;
  Linear wqkv, wo;
  FeedForward feed_forward;

  /// x (B, S, d) → (B, S, d)
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& rotation,
                        const std::shared_ptr<const AttentionPlan>& plan) const;
};
SelfBlock make_self_block(ParameterSet& parameters, const std::string& name, int64_t width,
                          int64_t heads, int64_t hidden);

}  // namespace enigma::model
