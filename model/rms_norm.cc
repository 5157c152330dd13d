#include "model/rms_norm.h"

#include "model/row_sums.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace enigma::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

constexpr int64_t kElementsAtOnce = int64_t{1} << 15;  // of one thread

/// Rows of `features` numbers, shared out among threads.
template <typename Row>
void for_each_row(int64_t rows, int64_t features, const Row& row) {
  const int64_t grain = std::max<int64_t>(1, kElementsAtOnce / features);
  at::parallel_for(0, rows, grain, [&](int64_t first, int64_t end) {
    for (int64_t i = first; i < end; ++i) { row(i * features); }
  });
}

template <typename T>
void normalize(const at::Tensor& x, const at::Tensor& gain, double epsilon, const at::Tensor& out) {
  const int64_t features = x.size(-1);
  const T *from = x.const_data_ptr<T>(), *weights = gain.const_data_ptr<T>();
  T* into = out.mutable_data_ptr<T>();
  for_each_row(x.numel() / features, features, [&](int64_t at) {
    const T scale = inverse_root_mean_square(from + at, features, epsilon);
    for (int64_t i = 0; i < features; ++i) { into[at + i] = from[at + i] * scale * weights[i]; }
  });
}

/// `slope` of the result becomes that of x in `out`, of the rows [first, end); what they add to the
/// slope of the gain goes to `sums`.
template <typename T>
void slope_back(const at::Tensor& slope, const at::Tensor& x, const at::Tensor& gain,
                double epsilon, int64_t first, int64_t end, const at::Tensor& out, double* sums) {
  const int64_t features = x.size(-1);
  const T *outer = slope.const_data_ptr<T>(), *from = x.const_data_ptr<T>(),
          *weights = gain.const_data_ptr<T>();
  T* into = out.mutable_data_ptr<T>();
  for (int64_t at = first * features; at < end * features; at += features) {
    const T scale = inverse_root_mean_square(from + at, features, epsilon);
    for (int64_t i = 0; i < features; ++i) {
      sums[i] += outer[at + i] * from[at + i] * scale;
      into[at + i] = outer[at + i] * weights[i] * scale;
    }
    const T along = dot(into + at, from + at, features) * scale * scale / static_cast<T>(features);
    for (int64_t i = 0; i < features; ++i) { into[at + i] -= from[at + i] * along; }
  }
}

/// The slopes of x, in `out`, and of the gain.
at::Tensor slopes_back(const at::Tensor& slope, const at::Tensor& x, const at::Tensor& gain,
                       double epsilon, const at::Tensor& out) {
  const int64_t features = x.size(-1), rows = x.numel() / features;
  const int64_t parts = std::clamp<int64_t>(x.numel() / kElementsAtOnce, 1, at::get_num_threads());
  const at::Tensor sums = at::zeros({parts, features}, at::kDouble);
  auto* data = sums.mutable_data_ptr<double>();
  AT_DISPATCH_FLOATING_TYPES(slope.scalar_type(), "rms_norm_back", [&] {
    at::parallel_for(0, parts, 1, [&](int64_t first, int64_t end) {
      for (int64_t part = first; part < end; ++part) {
        slope_back<scalar_t>(slope, x, gain, epsilon, rows * part / parts,
                             rows * (part + 1) / parts, out, data + part * features);
      }
    });
  });
  return sums.sum(0).to(gain.scalar_type());
}

/// One pass over each row forward, and one back; saves nothing but its input.
class RmsNorm : public torch::autograd::Function<RmsNorm> {
 public:
  static Variable forward(AutogradContext* context, const Variable& x, const Variable& gain,
                          double epsilon) {
    const at::AutoDispatchBelowADInplaceOrView below;
    at::Tensor out = at::empty(x.sizes(), x.options());
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "rms_norm",
                               [&] { normalize<scalar_t>(x, gain, epsilon, out); });
    context->save_for_backward({x, gain});
    context->saved_data["epsilon"] = epsilon;
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const at::AutoDispatchBelowADInplaceOrView below;
    const variable_list saved = context->get_saved_variables();
    const double epsilon = context->saved_data["epsilon"].toDouble();
    const at::Tensor slope = outer[0].contiguous();
    at::Tensor out = at::empty(saved[0].sizes(), saved[0].options());
    const at::Tensor gains = slopes_back(slope, saved[0], saved[1], epsilon, out);
    return {out, gains, Variable()};
  }
};

bool is_written_out(const at::Tensor& x, const at::Tensor& gain) {
  const bool wide = x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble;
  return wide && x.device().is_cpu() && gain.defined() && gain.scalar_type() == x.scalar_type();
}

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& gain, double epsilon) {
  if (is_written_out(x, gain)) {
    return RmsNorm::apply(x.contiguous(), gain.contiguous(), epsilon);
  }
  if (!gain.defined()) { return at::rms_norm(x, {x.size(-1)}, std::nullopt, epsilon); }
  return at::rms_norm(x, {x.size(-1)}, gain.to(x.dtype()), epsilon);
}

}  // namespace enigma::model
