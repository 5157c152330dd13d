#include "model/brain/brain_model.h"

#include "model/brain/hiera.h"
#include "model/brain/losses.h"
#include "model/parameters.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

#include <map>

using namespace enigma::model;

namespace {

// Tensors of a few kilobytes: more threads than one only wait for each other on a busy machine.
const bool kOneThread = (at::set_num_threads(1), true);

WindowShape window_of(int64_t samples, bool video, bool behavior) {
  WindowShape window{.samples = samples, .rate_hz = 30};
  if (video) { window.video = VideoShape{samples, 1, 20, 33}; }
  if (behavior) { window.behavior = BehaviorShape{3, samples * 2 / 3}; }
  return window;
}

ModelShape small_shape(const WindowShape& window) {
  return shape_of({.width = 16, .layers = 2, .heads = 2}, window);
}

Batch batch_of(const ModelShape& shape, int64_t windows, int64_t neurons) {
  const auto wave = [](at::IntArrayRef sizes, double step) {
    return at::arange(c10::multiply_integers(sizes), at::kFloat).mul(step).sin().view(sizes);
  };
  const WindowShape& window = shape.window;
  Batch batch{.session = "s"};
  batch.responses = wave({windows, window.samples, neurons}, 0.37).add(1);
  batch.neuron_ids = at::arange(neurons, at::kLong).expand({windows, neurons}).flip(1).contiguous();
  if (window.video) {
    batch.video =
        wave({windows, 1, window.video->frames, window.video->height, window.video->width}, 0.011);
  }
  if (window.behavior) {
    batch.behavior = wave({windows, window.behavior->channels, window.behavior->samples}, 0.21);
  }
  return batch;
}

std::map<std::string, at::Tensor> by_name(const BrainModel& model, const std::string& session) {
  std::map<std::string, at::Tensor> all;
  for (const NamedTensor& p : model.shared_parameters()) { all[p.name] = p.tensor; }
  for (const NamedTensor& p : model.session_parameters(session)) { all[p.name] = p.tensor; }
  return all;
}

int64_t numbers(const std::vector<NamedTensor>& parameters) {
  int64_t count = 0;
  for (const NamedTensor& p : parameters) { count += p.tensor.numel(); }
  return count;
}

}  // namespace

TEST_CASE("brain model: the modules hold as many parameters as the counts say") {
  for (const bool video : {false, true}) {
    for (const bool behavior : {false, true}) {
      const WindowShape window = window_of(60, video, behavior);
      for (const ModelSize& size :
           {ModelSize{.width = 48, .layers = 7, .heads = 4}, ModelSize{.name = "1M"}}) {
        const ModelShape shape = shape_of(size, window);
        const BrainModel model(shape, {{"a", "m1", 30}, {"b", "m2", 7}}, {"m3"}, 1);
        const ParameterCounts counts = count_parameters(shape, {30, 7}, 3);
        CHECK(numbers(model.shared_parameters()) == counts.shared);
        CHECK(numbers(model.session_parameters("a")) + numbers(model.session_parameters("b")) ==
              counts.session);
      }
    }
  }
}

TEST_CASE("brain model: a tensor depends on seed and name, not on its neighbours") {
  const ModelShape shape = small_shape(window_of(60, true, true));
  const BrainModel one(shape, {{"a", "m1", 9}}, {"m1"}, 7);
  const BrainModel two(shape, {{"b", "m2", 5}, {"a", "m1", 9}}, {"m2", "m0"}, 7);
  const BrainModel other(shape, {{"a", "m1", 9}}, {"m1"}, 8);
  const auto first = by_name(one, "a"), second = by_name(two, "a"), third = by_name(other, "a");
  for (const auto& [name, tensor] : first) {
    CAPTURE(name);
    CHECK(at::equal(tensor, second.at(name)));
  }
  const char* table = "sess_params.a._neuron_embeddings.weight";
  CHECK(!at::equal(first.at(table), third.at(table)));
  CHECK(first.at("proc.0.attention.wo.weight").std().item<double>() ==
        doctest::Approx(0.25).epsilon(0.2));
}

TEST_CASE("brain model: every published strategy runs forward and backward on small data") {
  REQUIRE(kOneThread);
  const ModelShape shape = small_shape(window_of(39, true, true));
  BrainModel model(shape, {{"s", "m", 12}}, {}, 3);
  const Batch batch = batch_of(shape, 2, 12);
  int ran = 0;
  for (const Strategy& strategy : strategies_named("published")) {
    const Resolution resolution = resolve(strategy, shape, 12);
    if (!resolution.strategy) { continue; }
    CAPTURE(strategy.name);
    const Output output = model.forward(batch, *resolution.strategy);
    const Losses losses = losses_of(output);
    losses.total.backward();
    CHECK(losses.total.isfinite().item<bool>());
    const TokenCounts tokens = count_tokens(*resolution.strategy, shape, 12);
    if (tokens.response_queries > 0) {
      CHECK(output.predictions.size(1) == 5 * tokens.response_queries);
    }
    ++ran;
  }
  CHECK(ran > 80);
  for (const NamedTensor& p : model.shared_parameters()) {
    CAPTURE(p.name);
    CHECK(p.tensor.grad().defined());
    CHECK(p.tensor.grad().isfinite().all().item<bool>());
  }
}

TEST_CASE("brain model: gradients of the small shape agree with finite differences") {
  const ModelShape shape = small_shape(window_of(30, true, true));
  BrainModel model(shape, {{"s", "m", 6}}, {}, 5);
  const Batch batch = batch_of(shape, 2, 6);
  Strategy strategy = strategies_named("population_1024_response_video").front();
  strategy.prefix_start = 0, strategy.prefix_len = 60;
  strategy.context_start = 0, strategy.context_len = 60;
  const ResolvedStrategy resolved = *resolve(strategy, shape, 6).strategy;
  losses_of(model.forward(batch, resolved)).total.backward();
  const auto loss = [&] {
    const c10::NoGradGuard no_grad;
    return losses_of(model.forward(batch, resolved)).total.item<double>();
  };
  for (const auto& [name, tensor] : by_name(model, "s")) {
    if (!tensor.grad().defined()) { continue; }
    CAPTURE(name);
    // Along the gradient itself the slope is its length: the best-conditioned direction in float32.
    const double length = tensor.grad().norm().item<double>();
    if (length < 1e-3) { continue; }
    const at::Tensor before = tensor.detach().clone();
    const double reach = 1e-2 / std::max(1.0, length);
    const c10::NoGradGuard no_grad;
    const at::Tensor step = tensor.grad() * (reach / length);
    tensor.detach().copy_(before + step);
    const double above = loss();
    tensor.detach().copy_(before - step);
    const double below = loss();
    tensor.detach().copy_(before);
    CHECK((above - below) / (2 * reach) == doctest::Approx(length).epsilon(0.02));
  }
}

TEST_CASE("brain model: hidden responses and hidden frames do not reach the predictions") {
  const ModelShape shape = small_shape(window_of(60, true, false));
  BrainModel model(shape, {{"s", "m", 8}}, {}, 5);
  Batch batch = batch_of(shape, 1, 8);
  const Strategy strategy = strategies_named("causal/42").front();  // samples 0-24, frames 50-59
  const ResolvedStrategy resolved = *resolve(strategy, shape, 8).strategy;
  const c10::NoGradGuard no_grad;
  const at::Tensor before = model.forward(batch, resolved).predictions;
  batch.responses.narrow(1, 25, 35).add_(3);
  batch.video.narrow(2, 0, 50).add_(3);
  CHECK(at::equal(model.forward(batch, resolved).predictions, before));
  batch.video.narrow(2, 55, 5).add_(3);
  CHECK(!at::equal(model.forward(batch, resolved).predictions, before));
}

namespace {

/// Video tokens of one window, (steps, tokens of a step, d), with the backbone's `layout`.
at::Tensor video_tokens(const ModelShape& shape, const at::Tensor& video) {
  ParameterSet parameters(11);
  const Hiera hiera = make_hiera(parameters, "hiera", shape);
  const c10::NoGradGuard no_grad;
  for (const NamedTensor& p : parameters.list()) { p.tensor.detach().mul_(3); }  // far from nothing
  return hiera(video, {0, hiera.grid.steps}, {}, nullptr)[0].unflatten(0, {hiera.grid.steps, -1});
}

ModelShape hiera_shape(VideoLayout layout) {
  ModelShape shape = shape_of({.name = "1M"}, {.video = VideoShape{60, 1, 20, 33}});
  shape.hiera_width = 32;
  shape.video_layout = layout;
  return shape;
}

}  // namespace

TEST_CASE("brain model: with causal windows a video token sees the frames of its field alone") {
  const ModelShape shape = hiera_shape(VideoLayout::causal_windows);
  const at::Tensor video =
      at::arange(60 * 20 * 33, at::kFloat).mul(0.01).sin().view({1, 1, 60, 20, 33});
  const at::Tensor before = video_tokens(shape, video);
  for (const int64_t frame : {0, 17, 30, 59}) {
    at::Tensor changed = video.clone();
    changed.select(2, frame).add_(3);
    const at::Tensor after = video_tokens(shape, changed);
    for (int64_t step = 0; step < 30; ++step) {
      CAPTURE(frame);
      CAPTURE(step);
      const bool inside = 2 * step - 2 <= frame && frame <= 2 * step + 3;
      CHECK(at::equal(after[step], before[step]) == !inside);
    }
  }
}

TEST_CASE("brain model: with the published layout every video token sees every frame") {
  const ModelShape shape = hiera_shape(VideoLayout::published);
  const at::Tensor video =
      at::arange(60 * 20 * 33, at::kFloat).mul(0.01).sin().view({1, 1, 60, 20, 33});
  at::Tensor changed = video.clone();
  changed.select(2, 59).add_(3);
  const at::Tensor before = video_tokens(shape, video), after = video_tokens(shape, changed);
  for (int64_t step = 0; step < 30; ++step) { CHECK_FALSE(at::equal(after[step], before[step])); }
}

TEST_CASE("brain model: predictions follow the neurons when their order changes") {
  const ModelShape shape = small_shape(window_of(60, false, true));
  BrainModel model(shape, {{"s", "m", 8}}, {}, 5);
  model.set_neuron_biases("s", at::arange(8, at::kFloat));
  const Batch batch = batch_of(shape, 1, 8);
  Batch turned = batch;
  turned.responses = batch.responses.flip(2);
  turned.neuron_ids = batch.neuron_ids.flip(1);
  const ResolvedStrategy resolved =
      *resolve(strategies_named("causal_response_25").front(), shape, 8).strategy;
  const c10::NoGradGuard no_grad;
  const Output a = model.forward(batch, resolved), b = model.forward(turned, resolved);
  const auto per_neuron = [](const at::Tensor& x) { return x.view({-1, 8, 5}); };
  CHECK(at::allclose(per_neuron(a.predictions), per_neuron(b.predictions).flip(1), 1e-4, 1e-5));
  CHECK(at::equal(per_neuron(a.neuron_ids), per_neuron(b.neuron_ids).flip(1)));
  CHECK(at::equal(per_neuron(a.labels), per_neuron(b.labels).flip(1)));
}

TEST_CASE("brain model: clamped losses have no gradient and the terms add up") {
  Output output;
  output.predictions = at::tensor({1.0f, 500.0f}).view({1, 2}).requires_grad_(true);
  output.labels = at::tensor({2.0f, 0.0f}).view({1, 2});
  output.behavior_predictions = at::tensor({1.0f, 9.0f}).view({1, 1, 2});
  output.behavior_labels = at::zeros({1, 1, 2});
  const Losses losses = losses_of(output);
  CHECK(losses.response.item<double>() == doctest::Approx((1 - 2 * std::log(1.00001) + 100) / 2));
  CHECK(losses.behavior.item<double>() == doctest::Approx((1 + 10) / 2.0));
  CHECK(losses.total.item<double>() ==
        doctest::Approx(losses.response.item<double>() + 0.1 * losses.behavior.item<double>()));
  losses.total.backward();
  CHECK(output.predictions.grad()[0][1].item<double>() == 0);
}

TEST_CASE("brain model: stochastic depth draws one row for each branch with a rate") {
  const ModelShape shape = shape_of({.name = "1M"}, {.video = VideoShape{60, 1, 36, 64}});
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(1);
  const at::Tensor kept = draw_kept_branches(shape, 200, generator);
  CHECK(kept.size(0) == 6);
  CHECK(kept[5].mean().item<double>() == doctest::Approx(0.75).epsilon(0.1));
  CHECK(!draw_kept_branches(small_shape(window_of(60, true, true)), 4, generator).defined());
}
