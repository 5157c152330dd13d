#include "model/feed_forward.h"

#include "model/linear_map.h"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <doctest/doctest.h>

using namespace enigma::model;

namespace {

at::Tensor wave(at::IntArrayRef sizes, double step) {
  return at::arange(c10::multiply_integers(sizes), at::kDouble).mul(step).sin().view(sizes);
}

double largest(const at::Tensor& x) {
  return x.abs().max().item<double>();
}

/// Slopes of Σ out·fixed numbers with respect to `inputs`, which are cleared for the next call.
std::vector<at::Tensor> slopes_of(const at::Tensor& out, const std::vector<at::Tensor>& inputs) {
  (out * wave(out.sizes(), 0.31)).sum().backward();
  std::vector<at::Tensor> slopes;
  for (const at::Tensor& input : inputs) {
    slopes.push_back(input.grad().clone());
    input.mutable_grad().reset();
  }
  return slopes;
}

void check_equal(const std::vector<at::Tensor>& got, const std::vector<at::Tensor>& expected) {
  for (size_t i = 0; i < got.size(); ++i) { CHECK(largest(got[i] - expected[i]) < 1e-13); }
}

}  // namespace

TEST_CASE("feed forward: values and slopes are those of the operators one by one") {
  ParameterSet parameters(3, at::kDouble);
  const FeedForward network = make_feed_forward(parameters, "n", 5, 7, 0.6, 0.5);
  const at::Tensor x = wave({2, 3, 5}, 0.7).requires_grad_(true);
  const auto by_operators = [&] {
    return at::linear(
        at::silu(at::linear(x, network.up.weight)) * at::linear(x, network.gate.weight),
        network.down.weight);
  };
  const at::Tensor got = network(x), expected = by_operators();
  CHECK(largest(got - expected) < 1e-14);
  const std::vector<at::Tensor> inputs = {x, network.gate.weight, network.up.weight,
                                          network.down.weight};
  check_equal(slopes_of(got, inputs), slopes_of(expected, inputs));
}

TEST_CASE("linear: values and slopes are those of at::linear, with a bias and without") {
  const at::Tensor weight = wave({4, 5}, 0.3).requires_grad_(true);
  const at::Tensor bias = wave({4}, 0.9).requires_grad_(true);
  for (const auto& sizes : {std::vector<int64_t>{5}, {6, 5}, {2, 3, 5}}) {
    const at::Tensor x = wave(sizes, 0.7).requires_grad_(true);
    const at::Tensor with = linear_map(x, weight, bias), without = linear_map(x, weight);
    CHECK(largest(with - at::linear(x, weight, bias)) < 1e-14);
    CHECK(largest(without - at::linear(x, weight)) < 1e-14);
    check_equal(slopes_of(with, {x, weight, bias}),
                slopes_of(at::linear(x, weight, bias), {x, weight, bias}));
    check_equal(slopes_of(without, {x, weight}), slopes_of(at::linear(x, weight), {x, weight}));
  }
}

TEST_CASE("linear: what needs no slope gets none") {
  const at::Tensor x = wave({2, 5}, 0.7), weight = wave({4, 5}, 0.3);
  const at::Tensor bias = wave({4}, 0.9).requires_grad_(true);
  linear_map(x, weight, bias).sum().backward();
  CHECK(!x.grad().defined());
  CHECK(!weight.grad().defined());
  CHECK(largest(bias.grad() - 2) == 0);
}

TEST_CASE("linear: under autocast products are narrow") {
  const at::Tensor x = at::ones({2, 4}), weight = at::ones({3, 4}).requires_grad_(true);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  const at::Tensor out = linear_map(x, weight);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  at::autocast::clear_cache();
  CHECK((out.scalar_type() == at::kBFloat16));
}
