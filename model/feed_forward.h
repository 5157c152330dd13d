// SwiGLU feed-forward network: down(silu(up(x)) ⊙ gate(x)). silu acts on `up`, as published.
#pragma once

#include "model/parameters.h"

namespace enigma::model {

struct FeedForward {
  Linear gate, up, down;

  /// (…, d) → (…, d)
  at::Tensor operator()(const at::Tensor& x) const;
};

/// `{name}.gate_proj`, `.up_proj`, `.down_proj`; spreads of the first two and of the last.
FeedForward make_feed_forward(ParameterSet& parameters, const std::string& name, int64_t width,
                              int64_t hidden, double std_in, double std_out);

}  // namespace enigma::model
