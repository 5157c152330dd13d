#include "model/rotary.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

namespace enigma::model {
namespace {

constexpr double kShortestPeriod_s = 0.001;

double frequency(int64_t pair, double window_s, int64_t features) {
  // In this order of operations: an ulp of the frequency can move the rounded angle by 1e-3 rad.
  const double exponent = 2.0 * static_cast<double>(pair) / static_cast<double>(features);
  return 2 * std::numbers::pi / kShortestPeriod_s *
         std::pow(window_s / kShortestPeriod_s, -exponent);
}

}  // namespace

at::Tensor rotary_table(const std::vector<TokenGroup>& groups, double window_s, int64_t features,
                        at::TensorOptions tensors) {
  const auto rows = static_cast<int64_t>(groups.size());
  const int64_t pairs = features / 2;
  at::Tensor table = at::empty({rows, 1, pairs, 2}, at::kDouble);
  at::Tensor counts = at::empty({rows}, at::kLong);
  auto* out = table.data_ptr<double>();
  for (const TokenGroup& group : groups) {
    counts[&group - groups.data()] = group.count;
    for (int64_t i = 0; i < pairs; ++i) {
      const auto angle = static_cast<float>(group.time_s * frequency(i, window_s, features));
      *out++ = std::cos(static_cast<double>(angle));
      *out++ = std::sin(static_cast<double>(angle));
    }
  }
  return at::view_as_complex(at::repeat_interleave(table, counts, 0).to(tensors));  // (S, 1, f/2)
}

at::Tensor rotate(const at::Tensor& x, const at::Tensor& table) {
  const at::Tensor pairs = at::view_as_complex(x.unflatten(-1, {-1, 2}));  // (…, S, H, f/2)
  return at::view_as_real(pairs * table).flatten(-2);                      // (…, S, H, f)
}

}  // namespace enigma::model
