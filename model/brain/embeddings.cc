#include "model/brain/embeddings.h"

#include "model/linear_map.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace enigma::model {

SessionTables make_session_tables(const std::string& session, const std::string& animal,
                                  int64_t neurons, int64_t embedding, uint64_t seed,
                                  at::TensorOptions tensors) {
  SessionTables tables{.animal = animal, .parameters = ParameterSet(seed, tensors)};
  const std::string name = "sess_params." + session + ".";
  const double std = spread(embedding);
  tables.embedding = tables.parameters.normal(name + "_session_embedding", {embedding}, std);
  tables.biases = tables.parameters.constant(name + "_neuron_biases", {neurons, 1}, 0);
  tables.neurons =
      tables.parameters.normal(name + "_neuron_embeddings.weight", {neurons, embedding}, std);
  return tables;
}

at::Tensor Embeddings::meta(const SessionTables& tables) const {
  return session(tables.embedding) + animal(animals.at(tables.animal));  // (d)
}

at::Tensor Embeddings::neurons(const SessionTables& tables, const at::Tensor& ids,
                               const at::Tensor& meta) const {
  return neuron(at::embedding(tables.neurons, ids)) + meta;  // (B, n, e) → (B, n, d)
}

at::Tensor Embeddings::response_tokens(const at::Tensor& responses, const at::Tensor& neurons,
                                       const Segment& segment, const ModelShape& shape) const {
  const at::Tensor taps = responses.narrow(1, segment.from, segment.samples())
                              .narrow(2, segment.neurons_from, segment.neurons())
                              .unfold(1, shape.response_kernel,
                                      shape.response_stride);  // (B, tokens, neurons, kernel)
  const at::Tensor features = linear_map(taps, response_weight.flatten(1), response_bias);
  const at::Tensor who = neurons.narrow(1, segment.neurons_from, segment.neurons());
  return (features + who.unsqueeze(1)).flatten(1, 2);  // (B, tokens·neurons, d)
}

namespace {

void add_behavior(ParameterSet& parameters, const ModelShape& shape, Embeddings& made) {
  const int64_t d = shape.size.width;
  const auto& behavior = shape.window.behavior;
  if (behavior) {
    made.behavior_channels =
        parameters.normal("behavior_channel_embeddings", {behavior->channels, d}, spread(d));
  }
  made.missing = parameters.normal("missing_modality_embeddings", {3, d}, spread(d));
  if (behavior) {
    made.behavior_readout = parameters.normal(
        "behavior_readout_proj", {behavior->channels, behavior->samples, d}, spread(d));
  }
}

}  // namespace

Embeddings make_embeddings(ParameterSet& parameters, const ModelShape& shape,
                           std::vector<std::string> animals) {
  Embeddings made;
  const int64_t d = shape.size.width, e = shape.embedding;
  add_behavior(parameters, shape, made);
  made.session = make_linear(parameters, "sess_to_model_proj", e, d, spread(e));
  made.neuron = make_linear(parameters, "neuron_to_model_proj", e, d, spread(e));
  std::sort(animals.begin(), animals.end());
  for (const std::string& name : animals) {
    if (!made.animals.contains(name)) {
      made.animals[name] =
          parameters.normal("animal_params._animal_embeddings." + name, {e}, spread(e));
    }
  }
  made.animal = make_linear(parameters, "animal_to_model_proj", e, d, spread(e));
  if (shape.experiment_time) {
    made.experiment_time = make_linear(parameters, "exp_time_to_model_proj", e, d, spread(e));
  }
  made.latents = parameters.normal("response_latent_embedding._latent_embeddings.weight",
                                   {shape.latents_per_window + shape.global_latents, d}, spread(d));
  made.response_weight = parameters.normal("response_featx._feature_proj.weight",
                                           {d, 1, shape.response_kernel}, shape.response_spread);
  made.response_bias = parameters.constant("response_featx._feature_proj.bias", {d}, 0);
  made.response_readout =
      parameters.normal("response_readout_proj.weight", {shape.response_stride, d}, spread(d));
  return made;
}

}  // namespace enigma::model
