// FLOPs of the pure shape against those of the operators that run.
#include "model/executed_flops.h"

#include "model/causal/causal_model.h"

#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

using namespace enigma::model;

TEST_CASE("executed FLOPs: a causal decoder runs what its counts say, forward and backward") {
  for (const Activation activation : {Activation::swiglu, Activation::squared_relu}) {
    const CausalShape shape = causal_shape_of(
        {.width = 32, .layers = 3, .heads = 4},
        {.vocabulary = 50, .key_value_heads = 2, .activation = activation, .tied_head = false});
    CausalModel model(shape, 0);
    const at::Tensor tokens = at::zeros({3, 21}, at::kLong);
    {
      const c10::NoGradGuard guard;
      const ExecutedFlops executed;
      model.loss(tokens);
      CHECK(executed.flops() == 3 * count_flops(shape, 20).forward);
    }
    // Attention's own backward is a fused operator that this count does not look into.
    const ExecutedFlops executed;
    const at::Tensor loss = model.loss(tokens);
    loss.backward();
    const double attention = 4.0 * 3 * 20 * 20 * 32;
    CHECK(executed.flops() == 3 * (count_flops(shape, 20).training() - 2 * attention));
  }
}

TEST_CASE("executed FLOPs: the size called 124M") {
  const CausalShape shape = causal_shape_of({.name = "124M"}, {.vocabulary = 50304});
  CausalModel model(shape, 0);
  const c10::NoGradGuard guard;
  const ExecutedFlops executed;
  model.loss(at::zeros({1, 17}, at::kLong));
  CHECK(executed.flops() == count_flops(shape, 16).forward);
}
