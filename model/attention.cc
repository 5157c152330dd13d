#include "model/attention.h"

#include "model/interval_attention.h"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>

namespace enigma::model {
namespace {

// What the fused attention of LibTorch does by itself: narrow types where autocast is on.
at::Tensor as_products(const at::Tensor& x) {
  const at::DeviceType device = x.device().type();
  return at::autocast::is_autocast_enabled(device) ? x.to(at::autocast::get_autocast_dtype(device))
                                                   : x;
}

}  // namespace

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                  const std::shared_ptr<const AttentionPlan>& plan) {
  if (plan) {
    return interval_attention(as_products(q), as_products(k), as_products(v), plan).flatten(2);
  }
  const at::Tensor heads = at::scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2),
                                                            v.transpose(1, 2));  // (B, H, Q, f)
  return heads.transpose(1, 2).flatten(2);                                       // (B, Q, d)
}

}  // namespace enigma::model
