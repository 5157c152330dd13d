#include "model/rotary_heads.h"

#include "model/rms_norm.h"
#include "model/rotary.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

#include <cmath>

using namespace enigma::model;

namespace {

constexpr int64_t kWindows = 2, kTokens = 5, kParts = 3, kHeads = 2, kFeatures = 6;

at::Tensor wave(at::IntArrayRef sizes, double step) {
  return at::arange(c10::multiply_integers(sizes), at::kDouble).mul(step).sin().view(sizes);
}

at::Tensor projection() {
  return wave({kWindows, kTokens, kParts, kHeads, kFeatures}, 0.7).requires_grad_(true);
}

at::Tensor rotation() {
  return rotary_table({{0, 10, 2, 0.1}, {10, 20, 3, 0.7}}, 2, kFeatures, at::kDouble);
}

double largest(const at::Tensor& x) {
  return x.abs().max().item<double>();
}

/// The parts out of the operators one by one.
std::vector<at::Tensor> by_operators(const at::Tensor& x, int64_t turned) {
  std::vector<at::Tensor> parts;
  for (int64_t part = 0; part < kParts; ++part) {
    const at::Tensor own = x.select(2, part);
    const at::Tensor scale = at::rsqrt(own.square().mean(-1, true) + 1e-5);
    parts.push_back(part < turned ? rotate(own * scale, rotation()) : own);
  }
  return parts;
}

at::Tensor scalar_of(const std::vector<at::Tensor>& parts) {
  at::Tensor sum = at::zeros({}, at::kDouble);
  for (size_t i = 0; i < parts.size(); ++i) {
    sum = sum + (parts[i] * wave(parts[i].sizes(), 0.3 + static_cast<double>(i))).sum();
  }
  return sum;
}

}  // namespace

TEST_CASE("rotary heads: values and slopes are those of the operators one by one") {
  for (const int64_t turned : {1, 2, 3}) {
    const at::Tensor one = projection(), two = projection();
    const auto got = rotary_heads(one, rotation(), turned), expected = by_operators(two, turned);
    REQUIRE(got.size() == kParts);
    for (size_t i = 0; i < got.size(); ++i) { CHECK(largest(got[i] - expected[i]) < 1e-14); }
    scalar_of(got).backward();
    scalar_of(expected).backward();
    CHECK(largest(one.grad() - two.grad()) < 1e-13);
  }
}

TEST_CASE("rotary heads: slopes agree with finite differences") {
  const at::Tensor x = projection();
  scalar_of(rotary_heads(x, rotation(), 2)).backward();
  const c10::NoGradGuard guard;
  constexpr double kReach = 1e-6;
  const at::Tensor flat = x.detach().view(-1), slopes = x.grad().view(-1);
  for (int64_t i = 0; i < flat.numel(); i += 7) {
    const double before = flat[i].item<double>();
    flat[i] = before + kReach;
    const double above = scalar_of(rotary_heads(x, rotation(), 2)).item<double>();
    flat[i] = before - kReach;
    const double below = scalar_of(rotary_heads(x, rotation(), 2)).item<double>();
    flat[i] = before;
    CHECK(std::abs((above - below) / (2 * kReach) - slopes[i].item<double>()) < 1e-8);
  }
}

TEST_CASE("rotary heads: a part that nobody used has no slope") {
  const at::Tensor x = projection();
  rotary_heads(x, rotation(), 2)[0].sum().backward();
  CHECK(largest(x.grad().narrow(2, 1, 2)) == 0);
  CHECK(largest(x.grad().select(2, 0)) > 0);
}

TEST_CASE("rotary heads: a narrow projection gives wide heads, and gets a narrow slope") {
  const at::Tensor x = projection().detach().to(at::kBFloat16).requires_grad_(true);
  const auto got = rotary_heads(x, rotation(), 2);
  const auto expected = by_operators(x.detach().to(at::kDouble), 2);
  for (size_t i = 0; i < got.size(); ++i) { CHECK(largest(got[i] - expected[i]) < 1e-14); }
  scalar_of(got).backward();
  CHECK((x.grad().scalar_type() == at::kBFloat16));
}
