#include "model/transformer_block.h"

#include "model/rms_norm.h"
#include "model/rotary_heads.h"

#include <ATen/ATen.h>

namespace enigma::model {
namespace {

at::Tensor with_feed_forward(const at::Tensor& x, const at::Tensor& gain,
                             const FeedForward& feed_forward) {
  return x + feed_forward(rms_norm(x, gain));
}

at::Tensor norm_gain(ParameterSet& parameters, const std::string& name, int64_t width) {
  return parameters.constant(name + ".weight", {width}, 1);
}

FeedForward published_feed_forward(ParameterSet& parameters, const std::string& name, int64_t width,
                                   int64_t hidden) {
  return make_feed_forward(parameters, name + ".feed_forward", width, hidden, spread(width),
                           spread(hidden));
}

}  // namespace

at::Tensor CrossBlock::operator()(const at::Tensor& x, const at::Tensor& context,
                                  const at::Tensor& rotation, const at::Tensor& context_rotation,
                                  const std::shared_ptr<const AttentionPlan>& plan) const {
  const at::Tensor q = wq(rms_norm(x, gain)).unflatten(-1, {1, heads, -1});  // (B, Q, 1, H, f)
  const at::Tensor kv =
      wkv(rms_norm(context, context_gain)).unflatten(-1, {2, heads, -1});  // (B, K, 2, H, f)
  const auto keys_values = rotary_heads(kv, context_rotation, 1);
  const at::Tensor mixed =
      attend(rotary_heads(q, rotation, 1)[0], keys_values[0], keys_values[1], plan);
  return with_feed_forward(x + wo(mixed), feed_forward_gain, feed_forward);
}

CrossBlock make_cross_block(ParameterSet& parameters, const std::string& name, int64_t width,
                            int64_t heads, int64_t hidden) {
  CrossBlock block{.heads = heads};
  block.context_gain = norm_gain(parameters, name + ".attn_pre_norm_context", width);
  block.gain = norm_gain(parameters, name + ".attn_pre_norm", width);
  block.feed_forward_gain = norm_gain(parameters, name + ".ffn_pre_norm", width);
  const double std = spread(width);
  block.wq = make_matrix(parameters, name + ".attention.wq", width, width, std);
  block.wkv = make_matrix(parameters, name + ".attention.wkv", width, 2 * width, std);
  block.wo = make_matrix(parameters, name + ".attention.wo", width, width, std);
  block.feed_forward = published_feed_forward(parameters, name, width, hidden);
  return block;
}

at::Tensor SelfBlock::operator()(const at::Tensor& x, const at::Tensor& rotation,
                                 const std::shared_ptr<const AttentionPlan>& plan) const {
  const at::Tensor qkv = wqkv(rms_norm(x, gain)).unflatten(-1, {3, heads, -1});  // (B, S, 3, H, f)
  const auto parts = rotary_heads(qkv, rotation, 2);
  const at::Tensor mixed = attend(parts[0], parts[1], parts[2], plan);
  return with_feed_forward(x + wo(mixed), feed_forward_gain, feed_forward);
}

SelfBlock make_self_block(ParameterSet& parameters, const std::string& name, int64_t width,
                          int64_t heads, int64_t hidden) {
  SelfBlock block{.heads = heads};
  block.gain = norm_gain(parameters, name + ".attn_pre_norm", width);
  block.feed_forward_gain = norm_gain(parameters, name + ".ffn_pre_norm", width);
  const double std = spread(width);
  block.wqkv = make_matrix(parameters, name + ".attention.wqkv", width, 3 * width, std);
  block.wo = make_matrix(parameters, name + ".attention.wo", width, width, std);
  block.feed_forward = published_feed_forward(parameters, name, width, hidden);
  return block;
}

}  // namespace enigma::model
