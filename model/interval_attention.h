// Attention of a plan: groups of queries, each to few ranges of keys, no mask and no tensor of
// tokens × tokens. One interface; a kernel of a device stands behind it.
// Shape legend: B windows, Q queries, K keys, H heads, f features of a head.
#pragma once

#include "model/attention_plan.h"

#include <ATen/core/Tensor.h>

#include <memory>

namespace enigma::model {

/// softmax(q·kᵀ/√f)·v over the keys that the plan gives each query, for q (B, Q, H, f) and k, v
/// (B, K, H, f) of one type, as (B, Q, H, f). A query in no group yields exactly 0.
at::Tensor interval_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const std::shared_ptr<const AttentionPlan>& plan);

/// The same, group by group out of differentiable operators: for devices without a way of their
/// own.
at::Tensor interval_attention_by_group(const at::Tensor& q, const at::Tensor& k,
                                       const at::Tensor& v, const AttentionPlan& plan);

}  // namespace enigma::model
