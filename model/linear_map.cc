#include "model/linear_map.h"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>

namespace enigma::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

at::Tensor rows_of(const at::Tensor& x) {
  return x.reshape({-1, x.size(-1)});
}

class LinearMap : public torch::autograd::Function<LinearMap> {
 public:
  static Variable forward(AutogradContext* context, const Variable& x, const Variable& weight,
                          const std::optional<at::Tensor>& bias) {
    const at::AutoDispatchBelowADInplaceOrView below;
    const at::Tensor rows = rows_of(x);
    const at::Tensor out = bias ? at::addmm(*bias, rows, weight.t()) : at::mm(rows, weight.t());
    context->save_for_backward({x, weight});
    context->saved_data["bias"] = bias.has_value();
    at::DimVector sizes(x.sizes());
    sizes.back() = weight.size(0);
    return out.view(sizes);
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const at::AutoDispatchBelowADInplaceOrView below;
    const variable_list saved = context->get_saved_variables();
    const at::Tensor slope = rows_of(outer[0]);
    variable_list gradients(3);
    if (context->needs_input_grad(0)) {
      gradients[0] = at::mm(slope, saved[1]).view(saved[0].sizes());
    }
    if (context->needs_input_grad(1)) { gradients[1] = at::mm(slope.t(), rows_of(saved[0])); }
    if (context->saved_data["bias"].toBool() && context->needs_input_grad(2)) {
      gradients[2] = slope.sum(0);
    }
    return gradients;
  }
};

}  // namespace

at::Tensor linear_map(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  if (!at::autocast::is_autocast_enabled(x.device().type())) {
    return LinearMap::apply(x, weight, bias.defined() ? std::optional(bias) : std::nullopt);
  }
  return bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
}

}  // namespace enigma::model
