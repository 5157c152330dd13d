// Masked attention over heads, and what may attend to what.
// Shape legend: B windows, Q queries, K keys, H heads, f features of a head, d = H·f.
#pragma once

#include "model/brain/shape/layout.h"

#include <ATen/core/Tensor.h>
#include <c10/core/TensorOptions.h>

#include <vector>

namespace enigma::model {

/// The interval mask of a pair of sequences; both tensors are undefined where all is allowed.
struct AttentionMask {
  at::Tensor bias;  ///< (Q, K): 0 where allowed, -inf where not
  at::Tensor open;  ///< (Q, 1): 0 for queries without any allowed key; else undefined
};
AttentionMask interval_mask(const std::vector<TokenGroup>& queries,
                            const std::vector<TokenGroup>& keys,
                            at::TensorOptions tensors = at::kFloat);

/// x / √(mean(x²) + epsilon) over the last dimension, times `gain` where it is defined.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& gain = {}, double epsilon = 1e-5);

/// softmax(q·kᵀ/√f + mask)·v for q (B, Q, H, f) and k, v (B, K, H, f), as (B, Q, d).
/// A query with no allowed key yields exactly 0.
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                  const AttentionMask& mask);

}  // namespace enigma::model
