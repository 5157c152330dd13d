#include "model/interval_attention.h"

#include "model/token_rows.h"

#include <ATen/ATen.h>
#include <ATen/core/ivalue.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

namespace enigma::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// Lets a plan live as long as the graph that needs it.
struct HeldPlan : torch::CustomClassHolder {
  explicit HeldPlan(std::shared_ptr<const AttentionPlan> held) : plan(std::move(held)) {}
  std::shared_ptr<const AttentionPlan> plan;
};

/// Sums over groups are taken in float32 at least.
at::ScalarType type_of_sums(const at::Tensor& x) {
  return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

at::Tensor heads_first(const at::Tensor& rows) {
  return rows.transpose(1, 2);  // (G·B, n, H, f) → (G·B, H, n, f), and back
}

/// Below autograd: the fused kernels of the CPU, a batch of groups at a time. Neither direction
/// makes anything of the size of the sequences but the results.
class CpuIntervalAttention : public torch::autograd::Function<CpuIntervalAttention> {
 public:
  static Variable forward(AutogradContext* context, const Variable& q, const Variable& k,
                          const Variable& v, const std::shared_ptr<const AttentionPlan>& plan) {
    const at::AutoDispatchBelowADInplaceOrView below;
    const at::Tensor out = at::zeros(q.sizes(), q.options());
    variable_list saved = {q, k, v, out};
    for (const AttentionBatch& batch : plan->batches) {
      auto [mixed, norms] = at::_scaled_dot_product_flash_attention_for_cpu(
          heads_first(take_rows(q, batch.queries)), heads_first(take_rows(k, batch.keys)),
          heads_first(take_rows(v, batch.keys)));
      add_rows(heads_first(mixed), batch.queries, out);
      saved.push_back(std::move(norms));
    }
    context->save_for_backward(std::move(saved));
    context->saved_data["plan"] = c10::IValue::make_capsule(c10::make_intrusive<HeldPlan>(plan));
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const at::AutoDispatchBelowADInplaceOrView below;
    const auto held = context->saved_data["plan"].toCapsule();
    const AttentionPlan& plan = *static_cast<const HeldPlan&>(*held).plan;
    const variable_list saved = context->get_saved_variables();
    const at::Tensor slope = with_whole_rows(outer[0]);
    variable_list gradients;
    for (size_t i = 0; i < 3; ++i) {
      gradients.push_back(
          at::zeros(saved[i].sizes(), saved[i].options().dtype(type_of_sums(saved[i]))));
    }
    for (size_t i = 0; i < plan.batches.size(); ++i) {
      add_gradients(saved, saved[4 + i], slope, plan.batches[i], gradients);
    }
    for (at::Tensor& gradient : gradients) { gradient = gradient.to(saved[0].scalar_type()); }
    gradients.emplace_back();
    return gradients;
  }

 private:
  static void add_gradients(const variable_list& saved, const at::Tensor& norms,
                            const at::Tensor& slope, const AttentionBatch& batch,
                            const variable_list& gradients) {
    const auto rows = [](const at::Tensor& x, const std::vector<TokenRanges>& lists) {
      return heads_first(take_rows(x, lists));
    };
    const auto [q, k, v] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
        rows(slope, batch.queries), rows(saved[0], batch.queries), rows(saved[1], batch.keys),
        rows(saved[2], batch.keys), rows(saved[3], batch.queries), norms, 0.0, false);
    const auto add = [&](const at::Tensor& slopes, const std::vector<TokenRanges>& lists,
                         const at::Tensor& into) {
      add_rows(heads_first(slopes).to(into.scalar_type()), lists, into);
    };
    add(q, batch.queries, gradients[0]);
    add(k, batch.keys, gradients[1]);
    add(v, batch.keys, gradients[2]);
  }
};

at::Tensor range_of(const at::Tensor& x, const TokenRanges& ranges) {
  std::vector<at::Tensor> parts;
  for (const TokenRange& range : ranges) {
    parts.push_back(x.narrow(1, range.from, range.count()));
  }
  return heads_first(parts.size() == 1 ? parts[0] : at::cat(parts, 1));
}

}  // namespace

at::Tensor interval_attention_by_group(const at::Tensor& q, const at::Tensor& k,
                                       const at::Tensor& v, const AttentionPlan& plan) {
  std::vector<at::Tensor> parts;
  int64_t done = 0;
  const auto nothing_until = [&](int64_t query) {
    if (query > done) {
      parts.push_back(at::zeros({q.size(0), query - done, q.size(2), q.size(3)}, q.options()));
    }
  };
  for (const AttentionGroup& group : plan.groups) {
    nothing_until(group.queries.from);
    parts.push_back(heads_first(at::scaled_dot_product_attention(
        range_of(q, {group.queries}), range_of(k, group.keys), range_of(v, group.keys))));
    done = group.queries.to;
  }
  nothing_until(q.size(1));
  return at::cat(parts, 1);
}

at::Tensor interval_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const std::shared_ptr<const AttentionPlan>& plan) {
  if (!q.device().is_cpu()) { return interval_attention_by_group(q, k, v, *plan); }
  return CpuIntervalAttention::apply(with_whole_rows(q), with_whole_rows(k), with_whole_rows(v),
                                     plan);
}

}  // namespace enigma::model
