// Everything that becomes a token before attention: session and animal vectors, neurons, response
// samples, behaviour channels, latents.
// Shape legend: B windows, n neurons, d width, e embedding width, C behaviour channels.
#pragma once

#include "model/brain/shape/shape.h"
#include "model/brain/shape/strategy.h"
#include "model/parameters.h"

#include <map>
#include <string>
#include <vector>

namespace enigma::model {

/// Tables of one session; they live on one rank.
struct SessionTables {
  std::string animal;
  ParameterSet parameters;
  at::Tensor embedding;  ///< (e)
  at::Tensor biases;     ///< (neurons, 1)
  at::Tensor neurons;    ///< (neurons, e)
};
SessionTables make_session_tables(const std::string& session, const std::string& animal,
                                  int64_t neurons, int64_t embedding, uint64_t seed,
                                  at::TensorOptions tensors);

/// Shared tables and projections. Those of behaviour are undefined where the data have none.
struct Embeddings {
  at::Tensor behavior_channels;  ///< (C, d)
  at::Tensor missing;            ///< (3, d): response, video, behaviour
  at::Tensor behavior_readout;   ///< (C, samples, d)
  Linear session, neuron, animal, experiment_time;
  std::map<std::string, at::Tensor> animals;  ///< (e) each
  at::Tensor latents;                         ///< (rows, d): of a window, then the global ones
  at::Tensor response_weight, response_bias;  ///< (d, 1, kernel), (d)
  at::Tensor response_readout;                ///< (stride, d)

  /// The session's and its animal's vector (d), added to neurons, behaviour and latents.
  at::Tensor meta(const SessionTables& tables) const;
  /// Vectors (B, n, d) of the neurons with rows `ids` (B, n).
  at::Tensor neurons(const SessionTables& tables, const at::Tensor& ids,
                     const at::Tensor& meta) const;
  /// Tokens of a visible segment, time-major: (B, tokens·neurons, d).
  at::Tensor response_tokens(const at::Tensor& responses, const at::Tensor& neurons,
                             const Segment& segment, const ModelShape& shape) const;
};

/// Registers everything up to `response_readout_proj`, in the published order.
Embeddings make_embeddings(ParameterSet& parameters, const ModelShape& shape,
                           std::vector<std::string> animals);

}  // namespace enigma::model
