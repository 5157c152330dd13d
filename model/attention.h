// Attention over heads.
// Shape legend: B windows, Q queries, K keys, H heads, f features of a head, d = H·f.
#pragma once

#include "model/attention_plan.h"

#include <ATen/core/Tensor.h>

#include <memory>

namespace enigma::model {

/// softmax(q·kᵀ/√f)·v for q (B, Q, H, f) and k, v (B, K, H, f), as (B, Q, d), over the keys that
/// `plan` gives each query; over all where it is null. A query without keys yields exactly 0.
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                  const std::shared_ptr<const AttentionPlan>& plan = nullptr);

}  // namespace enigma::model
