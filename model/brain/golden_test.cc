// Parity with the published model: stored weights, inputs, intermediates, losses and gradients of a
// tiny configuration (ENIGMA_SHARED/golden). Skipped, visibly, where the folder is absent.
#include "model/brain/forward_plan.h"
#include "model/brain/golden_fixture.h"
#include "model/brain/hiera.h"
#include "model/brain/losses.h"

using namespace enigma::model;
using namespace enigma::model::golden;

namespace {

// Which keys each query sees, as a matrix; a plan that is null lets all see all.
at::Tensor visible_pairs(const std::shared_ptr<const AttentionPlan>& plan, int64_t rows,
                         int64_t keys) {
  if (!plan) { return at::ones({rows, keys}, at::kBool); }
  const at::Tensor pairs = at::zeros({rows, keys}, at::kBool);
  for (const AttentionGroup& group : plan->groups) {
    for (const TokenRange& range : group.keys) {
      pairs.narrow(0, group.queries.from, group.queries.count())
          .narrow(1, range.from, range.count())
          .fill_(true);
    }
  }
  return pairs;
}

void check_plan(const std::shared_ptr<const AttentionPlan>& plan, const at::Tensor& packed,
                int64_t keys) {
  const at::Tensor bits = at::arange(8, at::kByte);
  const at::Tensor expected = packed.unsqueeze(-1)
                                  .bitwise_right_shift(bits)
                                  .bitwise_and(1)
                                  .flatten(1)
                                  .narrow(1, 0, keys)
                                  .to(at::kBool);
  CHECK(at::equal(visible_pairs(plan, packed.size(0), keys), expected));
}

void check_plans(const ResolvedStrategy& strategy, Tensors& expected) {
  const ForwardPlan plan = plan_of(strategy, tiny_shape());
  const int64_t latents = token_count(plan.layout.latents);
  const int64_t hidden = latents + token_count(plan.layout.video);
  if (!plan.layout.inputs.empty()) {
    check_plan(plan.encoder, expected["mask.enc"], token_count(plan.layout.inputs));
  }
  check_plan(plan.tower, expected["mask.tower"], hidden);
  check_plan(plan.decoder, expected["mask.dec"], hidden);
  const at::Tensor rotation = at::view_as_real(plan.latent_rotation).squeeze(1);  // (L, f/2, 2)
  const auto twice = [&](int64_t part) { return rotation.select(2, part).repeat_interleave(2, 1); };
  CHECK(largest_error(twice(0), expected["mid.rope_latent_cos"][0]) < 1e-6);
  CHECK(largest_error(twice(1), expected["mid.rope_latent_sin"][0]) < 1e-6);
}

void check_intermediates(Trace& trace, const Tensors& expected) {
  int compared = 0;
  for (const auto& [name, tensor] : trace) {
    const bool hiera = name.starts_with("hiera.");
    const auto stored = expected.find("mid." + name + (hiera ? ".item0" : ""));
    if (stored == expected.end()) { continue; }
    CAPTURE(name);
    CHECK(largest_error(hiera ? tensor[0] : tensor, stored->second) < 5e-5);
    ++compared;
  }
  CHECK(compared >= 5);
}

void check_output(const Output& output, const Losses& losses, Tensors& expected) {
  if (expected.contains("out.response_preds")) {
    CHECK(largest_error(output.predictions, expected["out.response_preds"]) < 1e-5);
    CHECK(largest_error(output.labels, expected["out.response_labels"]) == 0);
    CHECK(largest_error(output.neuron_ids, expected["out.response_neuron_ids"]) == 0);
    CHECK(largest_error(output.positions, expected["out.response_positions"][0]) == 0);
    CHECK(largest_error(losses.response, expected["out.response_loss"]) < 1e-6);
  }
  if (expected.contains("out.behavior_preds")) {
    CHECK(largest_error(output.behavior_predictions, expected["out.behavior_preds"]) < 1e-5);
    CHECK(largest_error(losses.behavior, expected["out.behavior_loss"]) < 1e-6);
  }
  CHECK(largest_error(losses.total, expected["out.loss"]) < 1e-6);
}

void check_gradients(const std::vector<NamedTensor>& parameters, const Tensors& expected) {
  int with_gradient = 0;
  for (const NamedTensor& p : parameters) {
    CAPTURE(p.name);
    const auto stored = expected.find("grad." + p.name);
    CHECK(p.tensor.grad().defined() == (stored != expected.end()));
    if (stored == expected.end() || !p.tensor.grad().defined()) { continue; }
    const double scale = stored->second.abs().max().item<double>();
    CHECK(largest_error(p.tensor.grad(), stored->second) < 1e-6 + 1e-4 * scale);
    ++with_gradient;
  }
  CHECK(with_gradient > 20);
}

}  // namespace

TEST_CASE("golden: intermediates, predictions, losses and gradients agree with the published") {
  if (skipped("golden")) { return; }
  const Tensors weights = load("tiny_weights");
  for (const Case& c : cases()) {
    CAPTURE(std::string(c.name));
    BrainModel model(tiny_shape(), {{"s1", "m1", 24}, {"s2", "m2", 17}}, {"m1", "m2"}, 0);
    const std::vector<NamedTensor> parameters = all_parameters(model);
    load_weights(parameters, weights);
    const Batch batch = tiny_batch(c.session);
    const Resolution resolution =
        resolve_as_written(c.strategy, model.shape(), batch.neuron_ids.size(1));
    REQUIRE_MESSAGE(resolution.strategy, resolution.why);
    Tensors expected = load(std::string("tiny_") + c.name);
    check_plans(*resolution.strategy, expected);
    Trace trace;
    const Output output = model.forward(batch, *resolution.strategy, &trace);
    const Losses losses = losses_of(output);
    check_intermediates(trace, expected);
    check_output(output, losses, expected);
    losses.total.backward();
    check_gradients(parameters, expected);
  }
}

TEST_CASE("golden: every stored parameter of the tiny model has its place") {
  if (skipped("golden parameters")) { return; }
  const Tensors weights = load("tiny_weights");
  const BrainModel model(tiny_shape(), {{"s1", "m1", 24}, {"s2", "m2", 17}}, {"m1", "m2"}, 0);
  int64_t shared = 0, session = 0;
  for (const NamedTensor& p : model.shared_parameters()) { shared += p.tensor.numel(); }
  for (const char* name : {"s1", "s2"}) {
    for (const NamedTensor& p : model.session_parameters(name)) { session += p.tensor.numel(); }
  }
  CHECK(shared == 109232);
  CHECK(session == 1073);
  const ParameterCounts counts = count_parameters(tiny_shape(), {24, 17}, 2);
  CHECK(counts.shared == shared);
  CHECK(counts.session == session);
}

namespace {

void check_hiera(const char* file, const ModelShape& shape, bool stochastic) {
  Tensors stored = load(file);
  ParameterSet parameters(0);
  const Hiera hiera = make_hiera(parameters, "w", shape);
  load_weights(parameters.list(), stored);
  Trace trace;
  const at::Tensor kept = stochastic ? stored["in.keep"] : at::Tensor();
  const at::Tensor tokens = hiera(stored["in.video"], {0, hiera.grid.steps}, kept, &trace);
  CHECK(largest_error(tokens, stored["out.tokens"]) < 5e-5);
  for (const auto& [name, tensor] : trace) {
    for (const int64_t every : {10, 40}) {
      const auto found = stored.find("mid." + name + ".every" + std::to_string(every));
      if (found == stored.end()) { continue; }
      CAPTURE(name);
      CHECK(largest_error(tensor[0].slice(0, 0, std::nullopt, every), found->second) < 5e-5);
    }
  }
  (tokens * stored["in.output_weight"]).sum().backward();
  int compared = 0;
  for (const NamedTensor& p : parameters.list()) {
    const auto found = stored.find("grad." + p.name.substr(2));
    if (found == stored.end()) { continue; }
    CAPTURE(p.name);
    const double scale = found->second.abs().max().item<double>();
    CHECK(largest_error(p.tensor.grad(), found->second) < 1e-5 + 1e-4 * scale);
    ++compared;
  }
  CHECK(compared > 20);
}

ModelShape hiera_shape(int64_t height, int64_t width, int64_t out) {
  ModelShape shape = tiny_shape();
  shape.window.video = VideoShape{60, 1, height, width};
  shape.hiera_stages = {2, 2}, shape.hiera_drop_path = 0.25;
  shape.size.width = out;
  return shape;
}

}  // namespace

TEST_CASE("golden: the video backbone agrees at the published frame size") {
  if (skipped("golden video backbone")) { return; }
  check_hiera("hiera_full", hiera_shape(36, 64, 16), false);
}

TEST_CASE("golden: stochastic depth drops and rescales the published branches") {
  if (skipped("golden stochastic depth")) { return; }
  check_hiera("hiera_stochastic_depth", hiera_shape(20, 32, 24), true);
}
