#include "model/causal/shape/shape.h"

#include <doctest/doctest.h>

using namespace enigma::model;

TEST_CASE("causal shape: parameters agree with the reference configurations") {
  CausalShape llama{.vocabulary = 97,
                    .width = 48,
                    .layers = 3,
                    .heads = 4,
                    .key_value_heads = 4,
                    .head_width = 12,
                    .hidden = 112,
                    .tied_head = false};
  CHECK(count_parameters(llama).shared == 85680);
  CausalShape qwen{.vocabulary = 131,
                   .width = 64,
                   .layers = 2,
                   .heads = 4,
                   .key_value_heads = 2,
                   .head_width = 16,
                   .hidden = 160,
                   .query_key_norm = true};
  CHECK(count_parameters(qwen).shared == 94784);
}

TEST_CASE("causal shape: the size called 124M has 124 million parameters, however it is gated") {
  for (const Activation activation : {Activation::swiglu, Activation::squared_relu}) {
    const CausalShape shape =
        causal_shape_of({.name = "124M"}, {.vocabulary = 50304, .activation = activation});
    CHECK(count_parameters(shape).total == 12 * (12 * 768 * 768 + 2 * 768) + 768 + 50304 * 768);
    CHECK(count_parameters(shape).total / 1'000'000 == 123);
  }
}

TEST_CASE("causal shape: FLOPs agree with the sum written out") {
  const CausalShape shape = causal_shape_of({.width = 32, .layers = 2, .heads = 4},
                                            {.vocabulary = 64, .key_value_heads = 2});
  CHECK(shape.hidden == 88);
  const double t = 10, d = 32, kv = 16;
  const double layer = t * d * d + 2 * t * d * kv + t * d * d + 3 * t * d * 88 + 2 * t * t * d;
  CHECK(count_flops(shape, 10).forward == 2 * (2 * layer + t * d * 64));
  const double masked = layer - 2 * t * t * d + t * (t + 1) * d;
  CHECK(count_flops(shape, 10).forward_masked == 2 * (2 * masked + t * d * 64));
}

TEST_CASE("causal shape: training counts what runs, by block and with what is computed again") {
  const CausalShape shape = causal_shape_of({.width = 32, .layers = 2, .heads = 4}, {});
  const WindowFlops flops = count_flops(shape, 10);
  REQUIRE(flops.by_block.size() == 4);
  CHECK(flops.by_block[1] == flops.by_block[2]);
  CHECK(flops.by_block[1] * 2 + flops.by_block[3] == flops.forward_masked);
  CHECK(flops.training(false).dense == flops.training());
  CHECK(flops.training(false).masked == 3 * flops.forward_masked);
  CHECK(flops.training(false).executed == flops.training(false).masked);
  CHECK(flops.training(true).executed == 3 * flops.forward_masked + 2 * flops.by_block[1]);
  CHECK(flops.training(true).dense == flops.training());
}

TEST_CASE("causal shape: what cannot be built says why") {
  CHECK(check_causal({.width = 30, .layers = 1, .heads = 4}, {})->find("2 x heads") !=
        std::string::npos);
  CHECK(check_causal({.width = 32, .layers = 1, .heads = 4}, {.key_value_heads = 3}).has_value());
  CHECK(check_causal({.name = "125M"}, {}).has_value());
  CHECK_FALSE(check_causal({.name = "124M"}, {.key_value_heads = 4}).has_value());
}
