// Attention of plans against loops over pairs in double precision, with gradients by differences.
#include "model/interval_attention.h"

#include <ATen/ATen.h>
#include <ATen/record_function.h>
#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

#include <cmath>

using namespace enigma::model;

namespace {

struct Case {
  std::vector<TokenGroup> queries, keys;
};

// Groups of one size in one batch, keys in two ranges, a query that sees nothing.
Case small_case() {
  return {
      {{0, 10, 2, 0}, {10, 20, 2, 0}, {30, 40, 1, 0}, {50, 60, 2, 0}, {0, 40, 1, 0}},
      {{0, 10, 2, 0}, {10, 20, 1, 0}, {0, 40, 1, 0}, {10, 15, 1, 0}, {0, 5, 1, 0}, {15, 20, 1, 0}}};
}

struct Inputs {
  at::Tensor q, k, v;
};

at::Tensor wave(int64_t tokens, double step, at::ScalarType type) {
  constexpr int64_t kWindows = 2, kHeads = 2, kFeatures = 3;
  return at::arange(kWindows * tokens * kHeads * kFeatures, type)
      .mul(step)
      .sin()
      .view({kWindows, tokens, kHeads, kFeatures});
}

Inputs inputs_of(const Case& c, at::ScalarType type) {
  const int64_t queries = token_count(c.queries), keys = token_count(c.keys);
  return {wave(queries, 0.7, type), wave(keys, 0.9, type), wave(keys, 1.3, type)};
}

std::vector<TokenGroup> tokens_of(const std::vector<TokenGroup>& groups) {
  std::vector<TokenGroup> tokens;
  for (const TokenGroup& group : groups) {
    tokens.insert(tokens.end(), static_cast<size_t>(group.count), group);
  }
  return tokens;
}

/// exp(q·k/√f) of one query and head, 0 where the intervals do not overlap.
std::vector<double> weights_of(const Case& c, size_t query, const double* q,
                               const at::Tensor& keys) {
  const auto key_tokens = tokens_of(c.keys);
  const TokenGroup asking = tokens_of(c.queries)[query];
  const int64_t features = keys.size(1);
  std::vector<double> weights(key_tokens.size(), 0);
  for (size_t j = 0; j < key_tokens.size(); ++j) {
    if (!overlaps(asking, key_tokens[j])) { continue; }
    double product = 0;
    for (int64_t i = 0; i < features; ++i) {
      product += q[i] * keys[static_cast<int64_t>(j)][i].item<double>();
    }
    weights[j] = std::exp(product / std::sqrt(static_cast<double>(features)));
  }
  return weights;
}

/// Written out pair by pair, in double precision.
at::Tensor reference(const Case& c, const Inputs& in) {
  const at::Tensor q = in.q.to(at::kDouble), k = in.k.to(at::kDouble), v = in.v.to(at::kDouble);
  const at::Tensor out = at::zeros(q.sizes(), at::kDouble);
  for (int64_t b = 0; b < q.size(0); ++b) {
    for (int64_t i = 0; i < q.size(1); ++i) {
      for (int64_t h = 0; h < q.size(2); ++h) {
        const at::Tensor asking = q[b][i][h].contiguous();
        const auto weights =
            weights_of(c, static_cast<size_t>(i), asking.data_ptr<double>(), k[b].select(1, h));
        double sum = 0;
        for (const double weight : weights) { sum += weight; }
        for (size_t j = 0; j < weights.size() && sum > 0; ++j) {
          out[b][i][h].add_(v[b][static_cast<int64_t>(j)][h], weights[j] / sum);
        }
      }
    }
  }
  return out;
}

double largest(const at::Tensor& x) {
  return x.abs().max().item<double>();
}

/// Σ out·fixed numbers: a scalar whose slopes are compared.
double scalar_of(const Inputs& in, const std::shared_ptr<const AttentionPlan>& plan) {
  const at::Tensor out = interval_attention(in.q, in.k, in.v, plan);
  return (out * wave(out.size(1), 0.31, out.scalar_type())).sum().item<double>();
}

void check_slopes(const at::Tensor& x, const Inputs& in,
                  const std::shared_ptr<const AttentionPlan>& plan) {
  const c10::NoGradGuard guard;
  constexpr double kReach = 1e-6;
  const at::Tensor flat = x.detach().view(-1), slopes = x.grad().reshape(-1);
  for (int64_t i = 0; i < flat.numel(); ++i) {
    const double before = flat[i].item<double>();
    flat[i] = before + kReach;
    const double above = scalar_of(in, plan);
    flat[i] = before - kReach;
    const double below = scalar_of(in, plan);
    flat[i] = before;
    CHECK(std::abs((above - below) / (2 * kReach) - slopes[i].item<double>()) < 1e-8);
  }
}

/// The elements of the largest tensor that an operator of this thread made.
class LargestTensor {
 public:
  LargestTensor() {
    largest() = 0;
    handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(nullptr, &note)
                                             .needsOutputs(true)
                                             .scopes({at::RecordScope::FUNCTION}));
  }
  ~LargestTensor() { at::removeCallback(handle_); }
  LargestTensor(const LargestTensor&) = delete;
  LargestTensor& operator=(const LargestTensor&) = delete;

  int64_t elements() const { return largest(); }

 private:
  static int64_t& largest() {
    thread_local int64_t elements = 0;
    return elements;
  }
  static void note(const at::RecordFunction& call, at::ObserverContext*) {
    for (const c10::IValue& value : call.outputs()) {
      if (value.isTensor() && value.toTensor().defined()) {
        largest() = std::max(largest(), value.toTensor().numel());
      }
    }
  }

  at::CallbackHandle handle_;
};

}  // namespace

TEST_CASE("interval attention: results agree with loops over pairs, a query without keys gives 0") {
  const Case c = small_case();
  const auto plan = attention_plan(c.queries, c.keys, 6);
  REQUIRE(plan);
  REQUIRE(plan->batches.size() < plan->groups.size());
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    const Inputs in = inputs_of(c, type);
    const at::Tensor expected = reference(c, in);
    const double tolerance = type == at::kFloat ? 1e-6 : 1e-14;
    const at::Tensor out = interval_attention(in.q, in.k, in.v, plan);
    CHECK((out.scalar_type() == type));
    CHECK(largest(out - expected) < tolerance);
    CHECK(largest(out.narrow(1, 5, 2)) == 0);
    CHECK(largest(interval_attention_by_group(in.q, in.k, in.v, *plan) - expected) < tolerance);
  }
}

TEST_CASE("interval attention: gradients agree with finite differences in double precision") {
  const Case c = small_case();
  const auto plan = attention_plan(c.queries, c.keys, 6);
  Inputs in = inputs_of(c, at::kDouble);
  for (at::Tensor* x : {&in.q, &in.k, &in.v}) { x->requires_grad_(true); }
  const at::Tensor out = interval_attention(in.q, in.k, in.v, plan);
  (out * wave(out.size(1), 0.31, at::kDouble)).sum().backward();
  for (const at::Tensor& x : {in.q, in.k, in.v}) { check_slopes(x, in, plan); }
  CHECK(largest(in.q.grad().narrow(1, 5, 2)) == 0);
}

TEST_CASE("interval attention: both ways of computing it have the same gradients") {
  const Case c = small_case();
  const auto plan = attention_plan(c.queries, c.keys, 6);
  Inputs one = inputs_of(c, at::kDouble), two = inputs_of(c, at::kDouble);
  for (Inputs* in : {&one, &two}) {
    for (at::Tensor* x : {&in->q, &in->k, &in->v}) { x->requires_grad_(true); }
  }
  interval_attention(one.q, one.k, one.v, plan).square().sum().backward();
  interval_attention_by_group(two.q, two.k, two.v, *plan).square().sum().backward();
  CHECK(largest(one.q.grad() - two.q.grad()) < 1e-13);
  CHECK(largest(one.k.grad() - two.k.grad()) < 1e-13);
  CHECK(largest(one.v.grad() - two.v.grad()) < 1e-13);
}

TEST_CASE("interval attention: heads of a larger tensor need no copy to be read") {
  const Case c = small_case();
  const auto plan = attention_plan(c.queries, c.queries, 6);
  const at::Tensor qkv =
      wave(3 * token_count(c.queries), 0.7, at::kFloat).view({2, token_count(c.queries), 3, 2, 3});
  const Inputs in{qkv.select(2, 0), qkv.select(2, 1), qkv.select(2, 2)};
  const at::Tensor out = interval_attention(in.q, in.k, in.v, plan);
  CHECK(largest(out - reference({c.queries, c.queries}, in)) < 1e-6);
}

TEST_CASE("interval attention: nothing of the size of tokens x tokens is made") {
  std::vector<TokenGroup> tokens;
  for (int64_t step = 0; step < 64; ++step) { tokens.push_back({step, step + 2, 16, 0}); }
  const int64_t count = token_count(tokens);
  Inputs in = inputs_of({tokens, tokens}, at::kFloat);
  for (at::Tensor* x : {&in.q, &in.k, &in.v}) { x->requires_grad_(true); }
  const auto plan = attention_plan(tokens, tokens, 6);
  const LargestTensor made;
  interval_attention(in.q, in.k, in.v, plan).sum().backward();
  CHECK(made.elements() >= in.q.numel());
  CHECK(made.elements() < count * count / 10);
}
