#include "model/causal/cross_entropy.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

using namespace enigma::model;

namespace {

struct Case {
  at::Tensor hidden, head, targets;

  Case(int64_t rows, int64_t width, int64_t vocabulary) {
    at::manual_seed(3);
    hidden = at::randn({rows, width}, at::kDouble).requires_grad_(true);
    head = at::randn({vocabulary, width}, at::kDouble).requires_grad_(true);
    targets = at::randint(vocabulary, {rows}, at::kLong);
  }
};

}  // namespace

TEST_CASE("cross-entropy: in parts it is what whole logits give, gradients too") {
  // More than 2^22 logits: several parts, the last one short.
  const Case one(70, 5, 100'000);
  REQUIRE(rows_at_once(70, 100'000) == 41);
  const at::Tensor whole = at::cross_entropy_loss(at::linear(one.hidden, one.head), one.targets);
  (3 * whole).backward();
  const at::Tensor hidden = one.hidden.grad().clone(), head = one.head.grad().clone();
  one.hidden.mutable_grad().reset();
  one.head.mutable_grad().reset();
  const at::Tensor parts = cross_entropy(one.hidden, one.head, one.targets);
  CHECK(parts.item<double>() == doctest::Approx(whole.item<double>()).epsilon(1e-12));
  (3 * parts).backward();
  CHECK(at::allclose(one.hidden.grad(), hidden, 1e-10, 1e-14));
  CHECK(at::allclose(one.head.grad(), head, 1e-10, 1e-14));
}

TEST_CASE("cross-entropy: without gradients it is the same number") {
  const Case one(9, 4, 11);
  const double with = cross_entropy(one.hidden, one.head, one.targets).item<double>();
  const at::NoGradGuard guard;
  CHECK(cross_entropy(one.hidden, one.head, one.targets).item<double>() == with);
}
