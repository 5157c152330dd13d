// FLOPs of the pure shape against those of the operators that run.
#include "model/executed_flops.h"

#include "model/brain/brain_model.h"

#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

using namespace enigma::model;

namespace {

constexpr int64_t kNeurons = 256;

const bool kOneThread = (at::set_num_threads(1), true);

ModelShape published(const char* size) {
  return shape_of({.name = size}, {.samples = 60,
                                   .rate_hz = 30,
                                   .video = VideoShape{60, 1, 20, 33},
                                   .behavior = BehaviorShape{5, 40}});
}

Batch batch_of(const ModelShape& shape) {
  const VideoShape& video = *shape.window.video;
  Batch batch{.session = "s"};
  batch.responses = at::ones({1, shape.window.samples, kNeurons});
  batch.neuron_ids = at::arange(kNeurons, at::kLong).unsqueeze(0);
  batch.video = at::ones({1, video.channels, video.frames, video.height, video.width});
  batch.behavior = at::ones({1, shape.window.behavior->channels, shape.window.behavior->samples});
  return batch;
}

/// Every `every`-th of the published strategies, each a forward pass of thousands of latents.
void check_strategies(const char* size, size_t every) {
  const ModelShape shape = published(size);
  BrainModel model(shape, {{"s", "m", kNeurons}}, {}, 0);
  const Batch batch = batch_of(shape);
  const auto strategies = strategies_named("published");
  REQUIRE(strategies.size() == 120);
  const c10::NoGradGuard guard;
  for (size_t i = 0; i < strategies.size(); i += every) {
    CAPTURE(strategies[i].name);
    const ResolvedStrategy resolved = *resolve(strategies[i], shape, kNeurons).strategy;
    const ExecutedFlops executed;
    model.forward(batch, resolved);
    // Attention runs over the pairs that the interval rule allows and no others. The vectors of
    // session and animal are projected once a batch, so no window counts them.
    const double once = 2.0 * 2 * static_cast<double>(shape.embedding * shape.size.width);
    CHECK(executed.flops() == count_flops(resolved, shape, kNeurons).forward_masked + once);
  }
}

}  // namespace

TEST_CASE("executed FLOPs: published strategies at 1M run what the counts say") {
  REQUIRE(kOneThread);
  const bool all = std::getenv("ENIGMA_ALL_STRATEGIES") != nullptr;
  if (!all) { std::cout << "SKIP: executed FLOPs: ENIGMA_ALL_STRATEGIES is not set: 5 of 120\n"; }
  check_strategies("1M", all ? 1 : 27);
}

TEST_CASE("executed FLOPs: so do some at 5M") {
  check_strategies("5M", 59);
}
