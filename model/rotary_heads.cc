#include "model/rotary_heads.h"

#include "model/rms_norm.h"
#include "model/rotary.h"
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

constexpr double kEpsilon = 1e-5;
constexpr int64_t kElementsAtOnce = int64_t{1} << 15;  // of one thread

/// x normalised, its pairs turned by `angles`: cosine and sine of each pair.
template <typename T>
void turn(const T* x, const T* angles, int64_t features, T* out) {
  const T scale = inverse_root_mean_square(x, features, kEpsilon);
  for (int64_t i = 0; i < features; i += 2) {
    const T cosine = angles[i] * scale, sine = angles[i + 1] * scale;
    out[i] = x[i] * cosine - x[i + 1] * sine;
    out[i + 1] = x[i + 1] * cosine + x[i] * sine;
  }
}

/// The slope of `turn`: turned back, without what lies along x.
template <typename T>
void turn_back(const T* slope, const T* angles, const T* x, int64_t features, T* out) {
  const T scale = inverse_root_mean_square(x, features, kEpsilon);
  for (int64_t i = 0; i < features; i += 2) {
    const T cosine = angles[i] * scale, sine = angles[i + 1] * scale;
    out[i] = slope[i] * cosine + slope[i + 1] * sine;
    out[i + 1] = slope[i + 1] * cosine - slope[i] * sine;
  }
  const T along = dot(out, x, features) * scale * scale / static_cast<T>(features);
  for (int64_t i = 0; i < features; ++i) { out[i] -= x[i] * along; }
}

/// A projection (B, S, P, H, f) and the angles of its tokens as plain memory.
template <typename T>
struct Places {
  int64_t windows, tokens, parts, width, features;
  const T *projection, *angles;

  Places(const at::Tensor& x, const at::Tensor& rotation)
      : windows(x.size(0)),
        tokens(x.size(1)),
        parts(x.size(2)),
        width(x.size(3) * x.size(4)),
        features(x.size(4)),
        projection(x.const_data_ptr<T>()),
        angles(rotation.const_data_ptr<T>()) {}

  const T* angles_of(int64_t token) const { return angles + (token % tokens) * features; }

  /// Calls `work`(token of all windows, part, offset in the projection), shared out among threads.
  template <typename Work>
  void for_each_part(const Work& work) const {
    const int64_t grain = std::max<int64_t>(1, kElementsAtOnce / width);
    at::parallel_for(0, windows * tokens * parts, grain, [&](int64_t first, int64_t end) {
      for (int64_t i = first; i < end; ++i) { work(i / parts, i % parts, i * width); }
    });
  }
};

template <typename T>
void split(const at::Tensor& projection, const at::Tensor& rotation, int64_t turned,
           const variable_list& outs) {
  const Places<T> place(projection, rotation);
  std::vector<T*> into;
  for (const at::Tensor& out : outs) { into.push_back(out.mutable_data_ptr<T>()); }
  place.for_each_part([&](int64_t token, int64_t part, int64_t at) {
    const T* x = place.projection + at;
    T* out = into[static_cast<size_t>(part)] + token * place.width;
    if (part >= turned) { std::copy_n(x, place.width, out); }
    for (int64_t h = 0; h < place.width && part < turned; h += place.features) {
      turn(x + h, place.angles_of(token), place.features, out + h);
    }
  });
}

template <typename T>
void join(const variable_list& slopes, const at::Tensor& projection, const at::Tensor& rotation,
          int64_t turned, const at::Tensor& result) {
  const Places<T> place(projection, rotation);
  std::vector<const T*> from;
  for (const at::Tensor& slope : slopes) { from.push_back(slope.const_data_ptr<T>()); }
  T* into = result.mutable_data_ptr<T>();
  place.for_each_part([&](int64_t token, int64_t part, int64_t at) {
    const T* slope = from[static_cast<size_t>(part)] + token * place.width;
    if (part >= turned) { std::copy_n(slope, place.width, into + at); }
    for (int64_t h = 0; h < place.width && part < turned; h += place.features) {
      turn_back(slope + h, place.angles_of(token), place.projection + at + h, place.features,
                into + at + h);
    }
  });
}

class RotaryHeads : public torch::autograd::Function<RotaryHeads> {
 public:
  static variable_list forward(AutogradContext* context, const Variable& projection,
                               const at::Tensor& angles, int64_t turned) {
    const at::AutoDispatchBelowADInplaceOrView below;
    variable_list outs;
    for (int64_t part = 0; part < projection.size(2); ++part) {
      outs.push_back(at::empty(
          {projection.size(0), projection.size(1), projection.size(3), projection.size(4)},
          projection.options()));
    }
    AT_DISPATCH_FLOATING_TYPES(projection.scalar_type(), "rotary_heads",
                               [&] { split<scalar_t>(projection, angles, turned, outs); });
    context->save_for_backward({projection, angles});
    context->saved_data["turned"] = turned;
    return outs;
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const at::AutoDispatchBelowADInplaceOrView below;
    const variable_list saved = context->get_saved_variables();
    for (at::Tensor& slope : outer) { slope = slope.contiguous(); }  // zeros where none is defined
    at::Tensor result = at::empty(saved[0].sizes(), saved[0].options());
    AT_DISPATCH_FLOATING_TYPES(result.scalar_type(), "rotary_heads_back", [&] {
      join<scalar_t>(outer, saved[0], saved[1], context->saved_data["turned"].toInt(), result);
    });
    return {result, Variable(), Variable()};
  }
};

bool is_written_out(const at::Tensor& projection, const at::Tensor& angles) {
  const at::ScalarType type = angles.scalar_type();
  return projection.device().is_cpu() && (type == at::kFloat || type == at::kDouble);
}

}  // namespace

std::vector<at::Tensor> rotary_heads(const at::Tensor& projection, const at::Tensor& rotation,
                                     int64_t turned) {
  const at::Tensor angles = at::view_as_real(rotation);  // (S, 1, f/2, 2)
  if (is_written_out(projection, angles)) {
    // What is narrow becomes wide, as complex numbers would be.
    return RotaryHeads::apply(projection.to(angles.scalar_type()).contiguous(), angles, turned);
  }
  std::vector<at::Tensor> parts;
  for (int64_t part = 0; part < projection.size(2); ++part) {
    const at::Tensor x = projection.select(2, part);
    parts.push_back(part < turned ? rotate(rms_norm(x), rotation) : x);
  }
  return parts;
}

}  // namespace enigma::model
