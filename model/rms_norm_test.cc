#include "model/rms_norm.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

#include <cmath>

using namespace enigma::model;

namespace {

at::Tensor wave(at::IntArrayRef sizes, at::ScalarType type) {
  return at::arange(c10::multiply_integers(sizes), type).mul(0.7).sin().view(sizes);
}

double scalar_of(const at::Tensor& x, const at::Tensor& gain) {
  const at::Tensor out = rms_norm(x, gain);
  return (out * at::cos(wave(out.sizes(), at::kDouble))).sum().item<double>();
}

void check_slopes(const at::Tensor& moved, const at::Tensor& x, const at::Tensor& gain) {
  const c10::NoGradGuard guard;
  constexpr double kReach = 1e-6;
  const at::Tensor flat = moved.detach().view(-1), slopes = moved.grad().view(-1);
  for (int64_t i = 0; i < flat.numel(); ++i) {
    const double before = flat[i].item<double>();
    flat[i] = before + kReach;
    const double above = scalar_of(x, gain);
    flat[i] = before - kReach;
    const double below = scalar_of(x, gain);
    flat[i] = before;
    CHECK(std::abs((above - below) / (2 * kReach) - slopes[i].item<double>()) < 1e-8);
  }
}

}  // namespace

TEST_CASE("rms norm: results agree with loops, with a gain and without") {
  for (const int64_t features : {3, 8, 21}) {
    const at::Tensor x = wave({2, 4, features}, at::kFloat), gain = wave({features}, at::kFloat);
    const at::Tensor plain = rms_norm(x), scaled = rms_norm(x, gain);
    for (int64_t row = 0; row < 8; ++row) {
      const at::Tensor from = x.view({8, features})[row];
      double squares = 0;
      for (int64_t i = 0; i < features; ++i) { squares += std::pow(from[i].item<double>(), 2); }
      const double root = std::sqrt(squares / static_cast<double>(features) + 1e-5);
      for (int64_t i = 0; i < features; ++i) {
        const double expected = from[i].item<double>() / root;
        CHECK(plain.view({8, features})[row][i].item<double>() ==
              doctest::Approx(expected).epsilon(1e-6));
        CHECK(scaled.view({8, features})[row][i].item<double>() ==
              doctest::Approx(expected * gain[i].item<double>()).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("rms norm: slopes of input and gain agree with finite differences") {
  const at::Tensor x = wave({2, 3, 11}, at::kDouble).requires_grad_(true);
  const at::Tensor gain = wave({11}, at::kDouble).requires_grad_(true);
  const at::Tensor out = rms_norm(x, gain);
  (out * at::cos(wave(out.sizes(), at::kDouble))).sum().backward();
  check_slopes(x, x, gain);
  check_slopes(gain, x, gain);
}
