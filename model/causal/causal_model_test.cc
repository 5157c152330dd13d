#include "model/causal/causal_model.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <vector>

using namespace enigma::model;

namespace {

CausalShape small_shape(Activation activation, bool query_key_norm, bool tied) {
  return causal_shape_of({.width = 16, .layers = 2, .heads = 4}, {.vocabulary = 11,
                                                                  .key_value_heads = 2,
                                                                  .activation = activation,
                                                                  .query_key_norm = query_key_norm,
                                                                  .tied_head = tied});
}

at::Tensor some_tokens(int64_t sequences, int64_t length) {
  return at::arange(sequences * length, at::kLong).mul(7).remainder(11).view({sequences, length});
}

/// Parameters as plain numbers, and the layer written out over them in double precision.
struct Naive {
  const CausalShape& shape;
  std::map<std::string, std::vector<double>> weights;

  explicit Naive(const CausalModel& model) : shape(model.shape()) {
    for (const NamedTensor& p : model.parameters()) {
      const at::Tensor flat = p.tensor.detach().contiguous().flatten();
      weights[p.name] = {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
    }
  }

  using Row = std::vector<double>;

  Row map(const Row& x, const std::string& name) const {
    const auto& w = weights.at(name);
    Row y(w.size() / x.size());
    for (size_t o = 0; o < y.size(); ++o) {
      for (size_t i = 0; i < x.size(); ++i) { y[o] += w[o * x.size() + i] * x[i]; }
    }
    return y;
  }
  Row normed(const Row& x, const std::string& gain, size_t from, size_t count) const {
    double squares = 0;
    for (size_t i = from; i < from + count; ++i) { squares += x[i] * x[i]; }
    Row y = x;
    for (size_t i = from; i < from + count; ++i) {
      y[i] *= weights.at(gain)[i - from] /
              std::sqrt(squares / static_cast<double>(count) + shape.norm_epsilon);
    }
    return y;
  }
  /// Heads of a projection, normalised where the shape says so, turned by position `t`.
  Row turned(Row x, const std::string& gain, size_t t) const {
    const auto f = static_cast<size_t>(shape.head_width), half = f / 2;
    for (size_t from = 0; from < x.size(); from += f) {
      if (shape.query_key_norm) { x = normed(x, gain, from, f); }
      for (size_t i = 0; i < half; ++i) {
        const double angle =
            static_cast<double>(t) *
            std::pow(shape.rope_base, -2.0 * static_cast<double>(i) / static_cast<double>(f));
        const double a = x[from + i], b = x[from + half + i];
        x[from + i] = a * std::cos(angle) - b * std::sin(angle);
        x[from + half + i] = b * std::cos(angle) + a * std::sin(angle);
      }
    }
    return x;
  }
  Row fed(const Row& x, const std::string& name) const {
    Row up = map(x, name + "up_proj.weight");
    const bool gated = shape.activation == Activation::swiglu;
    const Row gate = gated ? map(x, name + "gate_proj.weight") : up;
    for (size_t i = 0; i < up.size(); ++i) {
      const double g = gate[i];
      up[i] = gated ? g / (1 + std::exp(-g)) * up[i] : std::max(0.0, g) * std::max(0.0, g);
    }
    return map(up, name + "down_proj.weight");
  }
  /// Attention of the last of `keys`' positions over all of them.
  Row attended(const Row& q, const std::vector<Row>& keys, const std::vector<Row>& values) const {
    const auto f = static_cast<size_t>(shape.head_width);
    const auto shared = static_cast<size_t>(shape.heads / shape.key_value_heads);
    Row out(q.size());
    for (size_t head = 0; head < static_cast<size_t>(shape.heads); ++head) {
      const size_t from = head * f, key = head / shared * f;
      std::vector<double> weight(keys.size());
      double sum = 0;
      for (size_t s = 0; s < keys.size(); ++s) {
        double product = 0;
        for (size_t i = 0; i < f; ++i) { product += q[from + i] * keys[s][key + i]; }
        sum += weight[s] = std::exp(product / std::sqrt(static_cast<double>(f)));
      }
      for (size_t s = 0; s < keys.size(); ++s) {
        for (size_t i = 0; i < f; ++i) { out[from + i] += weight[s] / sum * values[s][key + i]; }
      }
    }
    return out;
  }
  void add(Row& x, const Row& y) const {
    for (size_t i = 0; i < x.size(); ++i) { x[i] += y[i]; }
  }
  /// Mean loss of one sequence.
  double loss(const std::vector<int64_t>& tokens) const {
    const auto d = static_cast<size_t>(shape.width);
    std::vector<Row> x;
    for (size_t t = 0; t + 1 < tokens.size(); ++t) {
      const auto& table = weights.at("model.embed_tokens.weight");
      const auto at = table.begin() + tokens[t] * shape.width;
      x.emplace_back(at, at + shape.width);
    }
    for (int64_t layer = 0; layer < shape.layers; ++layer) {
      const std::string name = "model.layers." + std::to_string(layer) + ".";
      const std::string heads = name + "self_attn.";
      std::vector<Row> keys, values;
      for (size_t t = 0; t < x.size(); ++t) {
        const Row in = normed(x[t], name + "input_layernorm.weight", 0, d);
        keys.push_back(turned(map(in, heads + "k_proj.weight"), heads + "k_norm.weight", t));
        values.push_back(map(in, heads + "v_proj.weight"));
        const Row q = turned(map(in, heads + "q_proj.weight"), heads + "q_norm.weight", t);
        add(x[t], map(attended(q, keys, values), heads + "o_proj.weight"));
        add(x[t], fed(normed(x[t], name + "post_attention_layernorm.weight", 0, d), name + "mlp."));
      }
    }
    double total = 0;
    for (size_t t = 0; t < x.size(); ++t) {
      const Row logits = map(normed(x[t], "model.norm.weight", 0, d),
                             shape.tied_head ? "model.embed_tokens.weight" : "lm_head.weight");
      double sum = 0;
      for (const double logit : logits) { sum += std::exp(logit); }
      total += std::log(sum) - logits[static_cast<size_t>(tokens[t + 1])];
    }
    return total / static_cast<double>(x.size());
  }
};

/// Away from where a fresh model stands: an untied head begins at zero, gains at one.
void stir(const CausalModel& model) {
  const at::NoGradGuard guard;
  for (const NamedTensor& p : model.parameters()) {
    const at::Tensor wave = at::arange(p.tensor.numel(), p.tensor.options()).mul(0.7).sin();
    p.tensor.detach().add_(0.1 * wave.view(p.tensor.sizes()));
  }
}

}  // namespace

TEST_CASE("causal model: the loss is that of loops written out in double precision") {
  for (const bool plain : {false, true}) {
    const CausalShape shape =
        small_shape(plain ? Activation::squared_relu : Activation::swiglu, !plain, !plain);
    CausalModel model(shape, 1, at::kDouble);
    stir(model);
    const at::Tensor tokens = some_tokens(1, 8);
    const std::vector<int64_t> row(tokens.data_ptr<int64_t>(), tokens.data_ptr<int64_t>() + 8);
    CHECK(model.loss(tokens).item<double>() ==
          doctest::Approx(Naive(model).loss(row)).epsilon(1e-12));
  }
}

TEST_CASE("causal model: gradients agree with finite differences") {
  CausalModel model(small_shape(Activation::swiglu, true, true), 2, at::kDouble);
  stir(model);
  const at::Tensor tokens = some_tokens(2, 7);
  model.loss(tokens).backward();
  for (const NamedTensor& p : model.parameters()) {
    CAPTURE(p.name);
    const at::NoGradGuard guard;
    const at::Tensor slope = p.tensor.grad(), before = p.tensor.detach().clone();
    const double length = slope.norm().item<double>(), reach = 1e-5;
    const auto at_distance = [&](double distance) {
      p.tensor.detach().copy_(before + distance / length * slope);
      return model.loss(tokens).item<double>();
    };
    CHECK((at_distance(reach) - at_distance(-reach)) / (2 * reach) ==
          doctest::Approx(length).epsilon(1e-6));
    p.tensor.detach().copy_(before);
  }
}

TEST_CASE("causal model: a token does not see those that follow, and positions tell apart") {
  CausalModel model(small_shape(Activation::swiglu, false, true), 3, at::kDouble);
  const at::NoGradGuard guard;
  const at::Tensor tokens = some_tokens(1, 9);
  at::Tensor changed = tokens.clone();
  changed[0][6] = 0;
  const at::Tensor a = model.hidden(tokens), b = model.hidden(changed);
  CHECK(at::equal(a.narrow(1, 0, 6), b.narrow(1, 0, 6)));
  CHECK_FALSE(at::equal(a.narrow(1, 6, 3), b.narrow(1, 6, 3)));
}

TEST_CASE("causal model: it holds as many parameters as the counts say") {
  for (const Activation activation : {Activation::swiglu, Activation::squared_relu}) {
    for (const bool flag : {false, true}) {
      const CausalShape shape = small_shape(activation, flag, !flag);
      const CausalModel model(shape, 0);
      int64_t numbers = 0;
      for (const NamedTensor& p : model.parameters()) { numbers += p.tensor.numel(); }
      CHECK(numbers == count_parameters(shape).shared);
    }
  }
}
