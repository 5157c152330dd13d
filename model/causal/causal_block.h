// One layer of a causal decoder: attention over the tokens so far, then a feed-forward network.
// Shape legend: B sequences, T tokens, H query heads, K key heads, f features of a head, d width.
#pragma once

#include "model/causal/half_rotary.h"
#include "model/causal/shape/shape.h"
#include "model/parameters.h"

#include <optional>
#include <string>

namespace enigma::model {

/// RMSNorm over the last dimension, with the epsilon and the rounding of the shape.
struct CausalNorm {
  at::Tensor gain;
  double epsilon = 1e-5;
  bool published_rounding = false;

  at::Tensor operator()(const at::Tensor& x) const;
};
CausalNorm make_causal_norm(ParameterSet& parameters, const std::string& name, int64_t width,
                            const CausalShape& shape);

struct CausalBlock {
  int64_t heads = 1, key_value_heads = 1;
  CausalNorm norm, feed_forward_norm;
  std::optional<CausalNorm> query_norm, key_norm;  ///< over the features of a head
  Linear query, key, value, output;
  Linear gate, up, down;  ///< no gate: squared ReLU

  /// x (B, T, d) → (B, T, d)
  at::Tensor operator()(const at::Tensor& x, const HalfRotary& rotary) const;
};

/// `{name}.self_attn.q_proj.weight`, …: the published names, in their order.
CausalBlock make_causal_block(ParameterSet& parameters, const std::string& name,
                              const CausalShape& shape);

}  // namespace enigma::model
