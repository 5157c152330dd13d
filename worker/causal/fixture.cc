#include "worker/causal/fixture.h"

#include "diagnostics/diagnostic.h"
#include "model/causal/causal_model.h"
#include "worker/optimizer/replicated_optimizer.h"

#include <ATen/Functions.h>

namespace enigma::worker {
namespace {

using Json = nlohmann::json;

constexpr double kLearningRate = 7e-4;

/// The configuration under the names of published checkpoints.
model::CausalShape shape_of(const FixtureRequest& request, const Json& description) {
  const std::string place = "/causal/" + request.name, inside = place + "/config";
  const Json& config = member(request, description, place, "config");
  const auto integer = [&](const char* key) {
    return member(request, config, inside, key).get<int64_t>();
  };
  model::CausalShape shape{.vocabulary = integer("vocab_size"),
                           .width = integer("hidden_size"),
                           .layers = integer("num_hidden_layers"),
                           .heads = integer("num_attention_heads"),
                           .key_value_heads = integer("num_key_value_heads")};
  shape.head_width = config.value("head_dim", shape.width / shape.heads);
  shape.hidden = integer("intermediate_size");
  shape.activation = config.value("hidden_act", "silu") == "relu2" ? model::Activation::squared_relu
                                                                   : model::Activation::swiglu;
  shape.query_key_norm = member(request, description, place, "kind") == "qwen3";
  shape.tied_head = member(request, config, inside, "tie_word_embeddings").get<bool>();
  shape.norm_epsilon = member(request, config, inside, "rms_norm_eps").get<double>();
  shape.rope_base = member(request, config, inside, "rope_theta").get<double>();
  shape.published_rounding = true;
  return shape;
}

void add_steps(const FixtureRequest& request, model::CausalModel& model, const at::Tensor& tokens,
               model::Tensors& results) {
  for (const auto& p : model.parameters()) { p.tensor.mutable_grad().reset(); }
  const auto no_peers = parallel::alone();
  ReplicatedOptimizer optimizer(model.parameters(), {}, *no_peers);
  for (int64_t step = 0; step < request.steps; ++step) {
    model.loss(tokens).backward();
    sum_and_step(optimizer, {.adamw = kLearningRate}, 1);
  }
  const std::string prefix = "step" + std::to_string(request.steps) + ".";
  for (const auto& p : model.parameters()) { results[prefix + p.name] = p.tensor.detach(); }
}

}  // namespace

bool has_causal_case(const Json& fixtures, const std::string& name) {
  return fixtures.contains(Json::json_pointer("/causal") / name);
}

model::Tensors causal_fixture(const FixtureRequest& request) {
  const Json& description = request.fixtures.at("causal").at(request.name);
  const auto file = [&](const char* key) {
    return tensors_of(request, member(request, description, "/causal/" + request.name, key));
  };
  model::CausalModel model(shape_of(request, description), 0, request.type);
  model::load_parameters(model.parameters(), file("weights"));
  const at::Tensor tokens = file("tokens").at("tokens");  // (B, T + 1)
  model::Trace trace;
  model::Tensors results;
  const at::Tensor hidden = model.hidden(tokens.narrow(1, 0, tokens.size(1) - 1), &trace);
  for (const auto& [name, tensor] : trace) { results["mid." + name] = tensor; }
  results["out.logits"] = model.logits(hidden);
  const at::Tensor loss = model.loss(tokens);
  results["out.loss"] = loss.to(at::kDouble).view({1});
  if (request.backward) {
    loss.backward();
    add_gradients(model.parameters(), results);
  }
  if (request.steps > 0) { add_steps(request, model, tokens, results); }
  return results;
}

}  // namespace enigma::worker
