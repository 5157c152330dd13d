#include "model/causal/cross_entropy.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace enigma::model {
namespace {

constexpr int64_t kLogitsAtOnce = int64_t{1} << 22;

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct Gradients {
  at::Tensor hidden, head;
};

// Losses (r) of some rows; their gradient, of the sum, into `into` where it is asked for.
at::Tensor losses_of_rows(const at::Tensor& hidden, const at::Tensor& head,
                          const at::Tensor& targets, const at::Tensor& hidden_gradient,
                          const at::Tensor& head_gradient) {
  const at::Tensor logits = at::linear(hidden, head).to(hidden.scalar_type());  // (r, V)
  const at::Tensor norm = at::logsumexp(logits, 1, true);                       // (r, 1)
  const at::Tensor wanted = targets.unsqueeze(1);                               // (r, 1)
  const at::Tensor losses = (norm - logits.gather(1, wanted)).squeeze(1);
  if (!hidden_gradient.defined()) { return losses; }
  at::Tensor slope = (logits - norm).exp_();  // softmax, then minus one where the target is
  slope.scatter_add_(1, wanted, -at::ones_like(wanted, slope.options()));
  hidden_gradient.copy_(at::mm(slope, head));
  head_gradient.add_(at::mm(slope.t(), hidden));
  return losses;
}

// The sum over all rows; gradients of it where they are defined.
at::Tensor summed(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets,
                  const Gradients& gradients) {
  const int64_t rows = hidden.size(0), step = rows_at_once(rows, head.size(0));
  at::Tensor total = at::zeros({}, hidden.options());
  for (int64_t from = 0; from < rows; from += step) {
    const int64_t count = std::min(step, rows - from);
    const auto part = [&](const at::Tensor& x) {
      return x.defined() ? x.narrow(0, from, count) : at::Tensor();
    };
    total +=
        losses_of_rows(part(hidden), head, part(targets), part(gradients.hidden), gradients.head)
            .sum();
  }
  return total;
}

class CrossEntropy : public torch::autograd::Function<CrossEntropy> {
 public:
  static Variable forward(AutogradContext* context, const Variable& hidden, const Variable& head,
                          const at::Tensor& targets) {
    const at::AutoDispatchBelowADInplaceOrView below;
    const Gradients gradients{at::empty_like(hidden), at::zeros_like(head)};
    const at::Tensor total = summed(hidden, head, targets, gradients);
    context->save_for_backward({gradients.hidden, gradients.head});
    return total / hidden.size(0);
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto saved = context->get_saved_variables();
    const at::Tensor scale = outer[0] / saved[0].size(0);
    return {saved[0] * scale, saved[1] * scale, Variable()};
  }
};

}  // namespace

int64_t rows_at_once(int64_t rows, int64_t vocabulary) {
  return std::clamp<int64_t>(kLogitsAtOnce / vocabulary, 1, std::max<int64_t>(1, rows));
}

at::Tensor cross_entropy(const at::Tensor& hidden, const at::Tensor& head,
                         const at::Tensor& targets) {
  if (at::GradMode::is_enabled()) { return CrossEntropy::apply(hidden, head, targets); }
  return summed(hidden, head, targets, {}) / hidden.size(0);
}

}  // namespace enigma::model
