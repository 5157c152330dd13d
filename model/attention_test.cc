#include "model/attention.h"

#include "model/rotary.h"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

using namespace enigma::model;

TEST_CASE("attention: without a plan all see all, as with one that says so") {
  const auto wave = [](int64_t tokens) {
    return at::arange(tokens * 8, at::kFloat).mul(0.7).sin().view({1, tokens, 2, 4});
  };
  const at::Tensor q = wave(6), k = wave(7), v = wave(7) + 1;
  AttentionPlan all{.queries = 6, .keys = 7};
  all.groups = {{{0, 6}, {{0, 7}}}};
  all.batches = {{{{{0, 6}}}, {{{0, 7}}}}};
  const at::Tensor out = attend(q, k, v);
  REQUIRE((out.sizes() == at::IntArrayRef({1, 6, 8})));
  CHECK(at::allclose(out, attend(q, k, v, std::make_shared<const AttentionPlan>(all))));
}

TEST_CASE("attention: under autocast products are narrow, with a plan and without") {
  const at::Tensor x = at::arange(48, at::kFloat).mul(0.3).sin().view({1, 6, 2, 4});
  const auto plan = attention_plan({{0, 10, 6, 0}}, {{0, 10, 3, 0}, {20, 30, 3, 0}}, 8);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  const at::Tensor all = attend(x, x, x), some = attend(x, x, x, plan);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  at::autocast::clear_cache();
  CHECK((all.scalar_type() == at::kBFloat16));
  CHECK((some.scalar_type() == at::kBFloat16));
  CHECK(at::allclose(some.to(at::kFloat), attend(x, x, x, plan), 0, 0.02));
}

TEST_CASE("rotary: pairs turn by the angle of their time") {
  const at::Tensor table = rotary_table({{0, 10, 1, 0.25}}, 2, 4);
  const at::Tensor x = at::arange(1, 5, at::kFloat).view({1, 1, 1, 4});
  const at::Tensor turned = rotate(x, table).flatten();
  for (int pair = 0; pair < 2; ++pair) {
    const double period_s = 0.001 * std::pow(2000.0, pair / 2.0);
    const auto angle = static_cast<float>(2 * std::numbers::pi / period_s * 0.25);
    const double a = 2 * pair + 1, b = 2 * pair + 2;
    CHECK(turned[2 * pair].item<double>() ==
          doctest::Approx(a * std::cos(angle) - b * std::sin(angle)).epsilon(1e-5));
    CHECK(turned[2 * pair + 1].item<double>() ==
          doctest::Approx(b * std::cos(angle) + a * std::sin(angle)).epsilon(1e-5));
  }
}
