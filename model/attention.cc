#include "model/attention.h"

#include <ATen/ATen.h>

#include <limits>

namespace enigma::model {
namespace {

// Interval ends of every token as a column or row of int64.
at::Tensor ends(const std::vector<TokenGroup>& groups, int64_t TokenGroup::*end) {
  at::Tensor values = at::empty({token_count(groups)}, at::kLong);
  auto* out = values.data_ptr<int64_t>();
  for (const TokenGroup& group : groups) { out = std::fill_n(out, group.count, group.*end); }
  return values;
}

}  // namespace

AttentionMask interval_mask(const std::vector<TokenGroup>& queries,
                            const std::vector<TokenGroup>& keys, at::TensorOptions tensors) {
  const at::Tensor query_from = ends(queries, &TokenGroup::from).unsqueeze(1);
  const at::Tensor query_to = ends(queries, &TokenGroup::to).unsqueeze(1);
  const at::Tensor key_from = ends(keys, &TokenGroup::from).unsqueeze(0);
  const at::Tensor key_to = ends(keys, &TokenGroup::to).unsqueeze(0);
  at::Tensor allowed = key_from.lt(query_to).logical_and(query_from.lt(key_to));  // (Q, K)
  if (allowed.all().item<bool>()) { return {}; }
  AttentionMask mask;
  const at::Tensor any = allowed.any(1, true);  // (Q, 1)
  if (!any.all().item<bool>()) {
    // A softmax over nothing is undefined: let such a query see all, then erase its result.
    mask.open = any.to(tensors);
    allowed = allowed.logical_or(any.logical_not());
  }
  mask.bias = at::zeros(allowed.sizes(), tensors)
                  .masked_fill_(allowed.logical_not().to(tensors.device()),
                                -std::numeric_limits<float>::infinity());
  return mask;
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& gain, double epsilon) {
  if (!gain.defined()) { return at::rms_norm(x, {x.size(-1)}, std::nullopt, epsilon); }
  return at::rms_norm(x, {x.size(-1)}, gain.to(x.dtype()), epsilon);
}

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                  const AttentionMask& mask) {
  const auto bias = mask.bias.defined() ? std::optional<at::Tensor>(mask.bias) : std::nullopt;
  const at::Tensor heads = at::scaled_dot_product_attention(
      q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), bias);  // (B, H, Q, f)
  const at::Tensor out = heads.transpose(1, 2).flatten(2);             // (B, Q, d)
  return mask.open.defined() ? out * mask.open : out;
}

}  // namespace enigma::model
