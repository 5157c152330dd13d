#include "model/feed_forward.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace enigma::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

constexpr int64_t kElementsAtOnce = int64_t{1} << 15;  // of one thread

/// up·sigmoid·gate, element by element.
template <typename T>
void mix(const at::Tensor& up, const at::Tensor& sigmoid, const at::Tensor& gate,
         const at::Tensor& out) {
  const T *u = up.const_data_ptr<T>(), *s = sigmoid.const_data_ptr<T>(),
          *g = gate.const_data_ptr<T>();
  T* h = out.mutable_data_ptr<T>();
  at::parallel_for(0, out.numel(), kElementsAtOnce, [&](int64_t first, int64_t end) {
    for (int64_t i = first; i < end; ++i) { h[i] = u[i] * s[i] * g[i]; }
  });
}

/// The slope of `mix`, in whose place that of the gate is put; beside it those of up, and mix.
template <typename T>
void mix_back(const at::Tensor& up, const at::Tensor& sigmoid, const at::Tensor& gate,
              const at::Tensor& slope, const at::Tensor& up_slope, const at::Tensor& mixed) {
  const T *u = up.const_data_ptr<T>(), *s = sigmoid.const_data_ptr<T>(),
          *g = gate.const_data_ptr<T>();
  T *d = slope.mutable_data_ptr<T>(), *du = up_slope.mutable_data_ptr<T>(),
    *h = mixed.mutable_data_ptr<T>();
  at::parallel_for(0, mixed.numel(), kElementsAtOnce, [&](int64_t first, int64_t end) {
    for (int64_t i = first; i < end; ++i) {
      const T silu = u[i] * s[i];
      h[i] = silu * g[i];
      du[i] = d[i] * g[i] * (s[i] + silu * (1 - s[i]));
      d[i] *= silu;
    }
  });
}

/// All of it as one node: three products, and one pass over the hidden features each way. Keeps
/// the input and three hidden tensors.
class Gated : public torch::autograd::Function<Gated> {
 public:
  static Variable forward(AutogradContext* context, const Variable& x, const Variable& gate,
                          const Variable& up, const Variable& down) {
    const at::AutoDispatchBelowADInplaceOrView below;
    const at::Tensor rows = x.reshape({-1, x.size(-1)});
    const at::Tensor u = at::mm(rows, up.t()), g = at::mm(rows, gate.t());  // (rows, hidden)
    const at::Tensor sigmoid = at::sigmoid(u), mixed = at::empty_like(u);
    AT_DISPATCH_FLOATING_TYPES(u.scalar_type(), "gated",
                               [&] { mix<scalar_t>(u, sigmoid, g, mixed); });
    context->save_for_backward({x, gate, up, down, u, sigmoid, g});
    at::DimVector sizes(x.sizes());
    sizes.back() = down.size(0);
    return at::mm(mixed, down.t()).view(sizes);
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const at::AutoDispatchBelowADInplaceOrView below;
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &u = saved[4], &g = saved[6];
    const at::Tensor slope = outer[0].reshape({-1, outer[0].size(-1)});
    const at::Tensor gate_slope = at::mm(slope, saved[3]);
    const at::Tensor up_slope = at::empty_like(u), mixed = at::empty_like(u);
    AT_DISPATCH_FLOATING_TYPES(u.scalar_type(), "gated_back", [&] {
      mix_back<scalar_t>(u, saved[5], g, gate_slope, up_slope, mixed);
    });
    const at::Tensor rows = x.reshape({-1, x.size(-1)});
    const auto of_weight = [&](size_t input, const at::Tensor& of, const at::Tensor& with) {
      return context->needs_input_grad(input) ? at::mm(of.t(), with) : Variable();
    };
    return {at::mm(gate_slope, saved[1]).addmm_(up_slope, saved[2]).view(x.sizes()),
            of_weight(1, gate_slope, rows), of_weight(2, up_slope, rows),
            of_weight(3, slope, mixed)};
  }
};

bool is_written_out(const at::Tensor& x) {
  const bool wide = x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble;
  return wide && x.device().is_cpu() && !at::autocast::is_autocast_enabled(at::kCPU);
}

}  // namespace

at::Tensor FeedForward::operator()(const at::Tensor& x) const {
  if (is_written_out(x)) { return Gated::apply(x, gate.weight, up.weight, down.weight); }
  return down(at::silu(up(x)) * gate(x));
}

FeedForward make_feed_forward(ParameterSet& parameters, const std::string& name, int64_t width,
                              int64_t hidden, double std_in, double std_out) {
  FeedForward made;
  made.gate = make_matrix(parameters, name + ".gate_proj", width, hidden, std_in);
  made.up = make_matrix(parameters, name + ".up_proj", width, hidden, std_in);
  made.down = make_matrix(parameters, name + ".down_proj", hidden, width, std_out);
  return made;
}

}  // namespace enigma::model
