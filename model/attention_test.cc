#include "model/attention.h"

#include "model/rotary.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

using namespace enigma::model;

namespace {

const std::vector<TokenGroup> kQueries = {{0, 10, 2, 0}, {10, 20, 3, 0}, {40, 50, 1, 0}};
const std::vector<TokenGroup> kKeys = {{5, 10, 2, 0}, {10, 15, 2, 0}, {20, 40, 3, 0}};

std::vector<TokenGroup> tokens_of(const std::vector<TokenGroup>& groups) {
  std::vector<TokenGroup> tokens;
  for (const TokenGroup& group : groups) {
    for (int64_t i = 0; i < group.count; ++i) { tokens.push_back(group); }
  }
  return tokens;
}

// One query of one head, written out in double precision.
std::vector<double> reference(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const std::vector<bool>& allowed) {
  const int64_t features = q.size(0);
  std::vector<double> weights(allowed.size(), 0), out(features, 0);
  double sum = 0;
  for (size_t j = 0; j < allowed.size(); ++j) {
    if (!allowed[j]) { continue; }
    double product = 0;
    for (int64_t i = 0; i < features; ++i) {
      product += q[i].item<double>() * k[static_cast<int64_t>(j)][i].item<double>();
    }
    weights[j] = std::exp(product / std::sqrt(static_cast<double>(features)));
    sum += weights[j];
  }
  for (size_t j = 0; j < allowed.size(); ++j) {
    for (int64_t i = 0; i < features && sum > 0; ++i) {
      out[i] += weights[j] / sum * v[static_cast<int64_t>(j)][i].item<double>();
    }
  }
  return out;
}

}  // namespace

TEST_CASE("attention: the mask and its rows agree with loops over tokens") {
  const AttentionMask mask = interval_mask(kQueries, kKeys);
  const auto queries = tokens_of(kQueries), keys = tokens_of(kKeys);
  REQUIRE(mask.open.defined());
  for (size_t i = 0; i < queries.size(); ++i) {
    bool any = false;
    for (size_t j = 0; j < keys.size(); ++j) { any |= overlaps(queries[i], keys[j]); }
    CHECK((mask.open[i].item<float>() == 1) == any);
    for (size_t j = 0; j < keys.size() && any; ++j) {
      CHECK((mask.bias[i][j].item<float>() == 0) == overlaps(queries[i], keys[j]));
    }
  }
}

TEST_CASE("attention: results agree with loops, and a query without keys yields exactly 0") {
  const AttentionMask mask = interval_mask(kQueries, kKeys);
  const auto queries = tokens_of(kQueries), keys = tokens_of(kKeys);
  const auto at_size = [](int64_t tokens) {
    at::Tensor x = at::arange(tokens * 8, at::kFloat).mul(0.7).sin();
    return x.view({1, tokens, 2, 4}).requires_grad_(true);
  };
  const at::Tensor q = at_size(6), k = at_size(7), v = at_size(7);
  const at::Tensor out = attend(q, k, v, mask).view({6, 2, 4});
  for (int64_t i = 0; i < 6; ++i) {
    std::vector<bool> allowed;
    for (const TokenGroup& key : keys) { allowed.push_back(overlaps(queries[i], key)); }
    for (int64_t h = 0; h < 2; ++h) {
      const auto expected = reference(q[0][i][h], k[0].select(1, h), v[0].select(1, h), allowed);
      for (int64_t f = 0; f < 4; ++f) {
        CHECK(out[i][h][f].item<double>() == doctest::Approx(expected[f]).epsilon(1e-5));
      }
    }
  }
  CHECK(out[5].abs().max().item<float>() == 0);
  out.sum().backward();
  CHECK(q.grad()[0][5].abs().max().item<float>() == 0);
  CHECK(v.grad().isfinite().all().item<bool>());
}

TEST_CASE("attention: a mask that allows everything is no mask") {
  const AttentionMask mask = interval_mask({{0, 60, 3, 0}}, {{0, 10, 2, 0}, {50, 60, 1, 0}});
  CHECK(!mask.bias.defined());
  CHECK(!mask.open.defined());
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
