#include "worker/optimizer/replicated_optimizer.h"

#include "worker/optimizer/session_optimizer.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cmath>

using namespace enigma;
using namespace enigma::worker;

namespace {

/// AdamW of one tensor, element by element in double precision, as the published rule says it.
struct Naive {
  std::vector<double> value, first, second;
  int64_t steps = 0;

  explicit Naive(const at::Tensor& tensor)
      : value(tensor.data_ptr<float>(), tensor.data_ptr<float>() + tensor.numel()),
        first(value.size()),
        second(value.size()) {}

  void step(const std::vector<double>& gradient, const AdamW& a, double rate) {
    ++steps;
    for (size_t i = 0; i < value.size(); ++i) {
      value[i] *= 1 - rate * a.weight_decay;
      first[i] = a.beta1 * first[i] + (1 - a.beta1) * gradient[i];
      second[i] = a.beta2 * second[i] + (1 - a.beta2) * gradient[i] * gradient[i];
      const double root = std::sqrt(second[i] / (1 - std::pow(a.beta2, steps)));
      value[i] -= rate / (1 - std::pow(a.beta1, steps)) * first[i] / (root + a.epsilon);
    }
  }
  void check(const at::Tensor& tensor) const {
    const at::Tensor flat = tensor.detach().contiguous().flatten();
    for (size_t i = 0; i < value.size(); ++i) {
      CHECK(flat[static_cast<int64_t>(i)].item<double>() ==
            doctest::Approx(value[i]).epsilon(1e-5));
    }
  }
};

std::vector<double> doubles(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.to(at::kDouble).contiguous().flatten();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

at::Tensor leaf(at::IntArrayRef sizes) {
  return at::randn(sizes).requires_grad_(true);
}

parallel::Collectives& no_peers() {
  static const auto collectives = parallel::alone();
  return *collectives;
}

/// One step, as the loop takes it. Returns the norm before clipping.
double step(SharedOptimizer& optimizer, double rate, int64_t lanes) {
  return sum_and_step(optimizer, {rate, 0}, lanes);
}
double step(SessionOptimizer& optimizer, double rate) {
  const double norm = optimizer.norm();
  optimizer.step(rate, norm);
  return norm;
}

double norm_of(const std::vector<std::vector<double>>& gradients) {
  double squares = 0;
  for (const auto& gradient : gradients) {
    for (double value : gradient) { squares += value * value; }
  }
  return std::sqrt(squares);
}

void scale(std::vector<double>& values, double factor) {
  for (double& value : values) { value *= factor; }
}

}  // namespace

TEST_CASE("optimizer: shared parameters step like a plain loop, clipped, averaged over lanes") {
  at::manual_seed(1);
  const at::Tensor a = leaf({3, 5}), b = leaf({7}), unused = leaf({2});
  Naive naive_a(a), naive_b(b), naive_unused(unused);
  ReplicatedOptimizer optimizer({{"a", a}, {"b", b}, {"unused", unused}}, {}, no_peers());
  for (int i = 0; i < 4; ++i) {
    const at::Tensor x = at::randn({3, 5}), y = at::randn({7});
    for (int lane = 0; lane < 2; ++lane) { ((a * x).sum() + (b * b * y).sum()).backward(); }
    auto gradient_a = doubles(x), gradient_b = doubles(2 * b.detach() * y);
    const double norm = norm_of({gradient_a, gradient_b});
    const double factor = std::min(1.0, 1 / (norm + 1e-6));
    scale(gradient_a, factor);
    scale(gradient_b, factor);
    CHECK(step(optimizer, 1e-2, 2) == doctest::Approx(norm).epsilon(1e-5));
    naive_a.step(gradient_a, shared_adamw(), 1e-2);
    naive_b.step(gradient_b, shared_adamw(), 1e-2);
    naive_unused.step({0, 0}, shared_adamw(), 1e-2);
  }
  naive_a.check(a);
  naive_b.check(b);
  naive_unused.check(unused);
}

TEST_CASE(
    "optimizer: a parameter's rate is scaled and its decay is not, beside others of a bucket") {
  at::manual_seed(4);
  const at::Tensor a = leaf({5}), b = leaf({20}), c = leaf({7});
  Naive naive_a(a), naive_b(b), naive_c(c);
  ReplicatedOptimizer optimizer({{"a", a}, {"b", b}, {"c", c}}, {.rate_scales = {{"b", 0.25}}},
                                no_peers());
  AdamW scaled = shared_adamw();
  scaled.weight_decay *= 4;
  for (int i = 0; i < 3; ++i) {
    const at::Tensor x = at::randn({5}) / 10, y = at::randn({20}) / 10, z = at::randn({7}) / 10;
    ((a * x).sum() + (b * y).sum() + (c * z).sum()).backward();
    step(optimizer, 1e-2, 1);
    naive_a.step(doubles(x), shared_adamw(), 1e-2);
    naive_b.step(doubles(y), scaled, 0.25e-2);
    naive_c.step(doubles(z), shared_adamw(), 1e-2);
  }
  naive_a.check(a);
  naive_b.check(b);
  naive_c.check(c);
  CHECK(optimizer.state().size() == 4 * 3);
}

TEST_CASE("optimizer: a session's tensor without gradient neither moves nor counts a step") {
  at::manual_seed(2);
  const at::Tensor a = leaf({4}), b = leaf({3});
  const at::Tensor b_before = b.detach().clone();
  Naive naive(a);
  SessionOptimizer optimizer({{"a", a}, {"b", b}}, session_adamw());
  CHECK(step(optimizer, 1e-2) == 0);
  naive.check(a);
  for (int i = 0; i < 3; ++i) {
    const at::Tensor x = at::randn({4}) * 3;
    (a * x).sum().backward();
    auto gradient = doubles(x);
    scale(gradient, std::min(1.0, 1 / (norm_of({gradient}) + 1e-6)));
    step(optimizer, 1e-2);
    naive.step(gradient, session_adamw(), 1e-2);
  }
  naive.check(a);
  CHECK(at::equal(b.detach(), b_before));
  CHECK(optimizer.moments()[1].steps.item<double>() == 0);
}

TEST_CASE("optimizer: a gradient that is not finite changes nothing") {
  const at::Tensor a = leaf({2});
  const at::Tensor before = a.detach().clone();
  ReplicatedOptimizer optimizer({{"a", a}}, {}, no_peers());
  (a * INFINITY).sum().backward();
  CHECK_FALSE(std::isfinite(step(optimizer, 1e-2, 1)));
  CHECK(at::equal(a.detach(), before));
}
