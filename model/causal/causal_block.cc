#include "model/causal/causal_block.h"

#include "model/feed_forward.h"
#include "model/rms_norm.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

namespace enigma::model {
namespace {

// (B, T, K, f) → (B, H, T, f): every key head serves H / K query heads.
at::Tensor for_queries(const at::Tensor& x, int64_t heads) {
  const int64_t shared = heads / x.size(2);
  const at::Tensor rows = x.transpose(1, 2);  // (B, K, T, f)
  if (shared == 1) { return rows; }
  return rows.unsqueeze(2).expand({-1, -1, shared, -1, -1}).flatten(1, 2);
}

// All (B, H, T, f). `narrow`: the softmax of float64 rounded to float32, as the published code's.
at::Tensor causal_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            bool narrow) {
  if (!narrow || q.scalar_type() != at::kDouble) {
    return at::scaled_dot_product_attention(q, k, v, std::nullopt, 0.0, true);
  }
  const at::Tensor scores =
      at::matmul(q, k.transpose(2, 3)) * (1 / std::sqrt(static_cast<double>(q.size(3))));
  const at::Tensor later = at::ones({q.size(2), q.size(2)}, at::kBool).triu(1);
  const at::Tensor masked = scores.masked_fill(later, -std::numeric_limits<double>::infinity());
  return at::matmul(at::softmax(masked, -1, at::kFloat).to(at::kDouble), v);
}

at::Tensor attention(const CausalBlock& block, const at::Tensor& x, const HalfRotary& rotary) {
  const auto heads = [](const Linear& map, const at::Tensor& in, int64_t count) {
    return map(in).unflatten(-1, {count, -1});  // (B, T, count, f)
  };
  at::Tensor q = heads(block.query, x, block.heads);
  at::Tensor k = heads(block.key, x, block.key_value_heads);
  if (block.query_norm) {
    q = (*block.query_norm)(q);
    k = (*block.key_norm)(k);
  }
  const at::Tensor v = heads(block.value, x, block.key_value_heads);
  const at::Tensor mixed =
      causal_attention(rotary(q).transpose(1, 2), for_queries(rotary(k), block.heads),
                       for_queries(v, block.heads), block.norm.published_rounding);  // (B, H, T, f)
  return block.output(mixed.transpose(1, 2).flatten(2));                             // (B, T, d)
}

at::Tensor feed_forward(const CausalBlock& block, const at::Tensor& x) {
  if (!block.gate.weight.defined()) { return block.down(at::relu(block.up(x)).square()); }
  return FeedForward{.gate = block.up, .up = block.gate, .down = block.down}(x);
}

}  // namespace

at::Tensor CausalNorm::operator()(const at::Tensor& x) const {
  if (!published_rounding || x.scalar_type() != at::kDouble) { return rms_norm(x, gain, epsilon); }
  const at::Tensor narrow = x.to(at::kFloat);
  const at::Tensor scale = at::rsqrt(narrow.pow(2).mean(-1, true) + epsilon);
  return gain * (narrow * scale).to(x.scalar_type());
}

CausalNorm make_causal_norm(ParameterSet& parameters, const std::string& name, int64_t width,
                            const CausalShape& shape) {
  return {parameters.constant(name + ".weight", {width}, 1), shape.norm_epsilon,
          shape.published_rounding};
}

at::Tensor CausalBlock::operator()(const at::Tensor& x, const HalfRotary& rotary) const {
  const at::Tensor mixed = x + attention(*this, norm(x), rotary);
  return mixed + feed_forward(*this, feed_forward_norm(mixed));
}

CausalBlock make_causal_block(ParameterSet& parameters, const std::string& name,
                              const CausalShape& shape) {
  CausalBlock block{.heads = shape.heads, .key_value_heads = shape.key_value_heads};
  const int64_t d = shape.width, q = shape.heads * shape.head_width,
                kv = shape.key_value_heads * shape.head_width;
  // What is added to the residual stream is smaller the more layers add to it.
  const double depth = std::sqrt(2.0 * static_cast<double>(shape.layers));
  const std::string attention = name + ".self_attn.", network = name + ".mlp.";
  block.query = make_matrix(parameters, attention + "q_proj", d, q, spread(d));
  block.key = make_matrix(parameters, attention + "k_proj", d, kv, spread(d));
  block.value = make_matrix(parameters, attention + "v_proj", d, kv, spread(d));
  block.output = make_matrix(parameters, attention + "o_proj", q, d, spread(q) / depth);
  if (shape.query_key_norm) {
    block.query_norm = make_causal_norm(parameters, attention + "q_norm", shape.head_width, shape);
    block.key_norm = make_causal_norm(parameters, attention + "k_norm", shape.head_width, shape);
  }
  if (shape.activation == Activation::swiglu) {
    block.gate = make_matrix(parameters, network + "gate_proj", d, shape.hidden, spread(d));
  }
  block.up = make_matrix(parameters, network + "up_proj", d, shape.hidden, spread(d));
  block.down =
      make_matrix(parameters, network + "down_proj", shape.hidden, d, spread(shape.hidden) / depth);
  block.norm = make_causal_norm(parameters, name + ".input_layernorm", d, shape);
  block.feed_forward_norm =
      make_causal_norm(parameters, name + ".post_attention_layernorm", d, shape);
  return block;
}

}  // namespace enigma::model
