// The brain model: windows of one session in, predicted responses and behaviour out.
// Published architecture (Perceiver encoder, tower with local and global layers, decoder), built
// from a ModelShape; knows nothing of ranks, optimisers or recordings.
//
// Shape legend: B windows, W response samples, n kept neurons, d model width, K predicted
// elements (sum over target segments of samples x neurons).
#pragma once

#include "model/block_runner.h"
#include "model/brain/shape/shape.h"
#include "model/brain/shape/strategy.h"
#include "model/named_tensor.h"
#include "model/trace.h"

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace enigma::model {

/// B windows of one session. All tensors on the model's device.
struct Batch {
  std::string session;
  at::Tensor responses;      ///< (B, W, n) float32: the kept neurons in shuffled order
  at::Tensor neuron_ids;     ///< (B, n) int64: their rows in the session's tables
  at::Tensor video;          ///< (B, channels, T, height, width) float32 normalised, or undefined
  at::Tensor behavior;       ///< (B, channels, samples) float32, or undefined
  at::Tensor kept_branches;  ///< draw_kept_branches() while training Hiera; undefined keeps all
};

/// The same batch where a model's parameters are and of their type; itself where it is that.
Batch on(at::TensorOptions tensors, const Batch& batch);

/// Windows [first, first + count) of a batch; views.
Batch windows_of(const Batch& batch, int64_t first, int64_t count);

/// Predictions and what they are compared with, element by element.
struct Output {
  at::Tensor predictions;           ///< (B, K) after softplus; undefined where nothing is a target
  at::Tensor labels;                ///< (B, K)
  at::Tensor neuron_ids;            ///< (B, K) int64 rows of the session's tables
  at::Tensor positions;             ///< (K) int64 sample within the window
  at::Tensor behavior_predictions;  ///< (B, channels, samples), or undefined
  at::Tensor behavior_labels;       ///< (B, channels, samples), or undefined
};

/// Stochastic depth of the Hiera encoder: zeros and ones (branches, B) of the branches with a drop
/// rate, in the order in which they consume them; undefined where the shape has none.
at::Tensor draw_kept_branches(const ModelShape& shape, int64_t windows, at::Generator& generator);

struct SessionSpec {
  std::string name;
  std::string animal;
  int64_t neurons = 0;
};

class BrainModel {
 public:
  /// Every tensor is drawn from (seed, its own name), so a session's tables and an animal's row do
  /// not depend on which others exist. `sessions`: those whose tables this process holds;
  /// `animals`: every animal of the run (at least those of `sessions`), sorted or not. `tensors`:
  /// device and type.
  BrainModel(const ModelShape& shape, const std::vector<SessionSpec>& sessions,
             const std::vector<std::string>& animals, uint64_t seed,
             at::TensorOptions tensors = at::kFloat);
  ~BrainModel();
  BrainModel(const BrainModel&) = delete;
  BrainModel& operator=(const BrainModel&) = delete;

  /// REQUIRES: batch.session is held; the strategy was resolved for n = batch.neuron_ids.size(1).
  /// `trace`, where given, receives the intermediate results by name.
  Output forward(const Batch& batch, const ResolvedStrategy& strategy, Trace* trace = nullptr);

  /// Published names in registration order; shared tensors include the animals' rows.
  std::vector<NamedTensor> shared_parameters() const;
  /// `sess_params.{session}._session_embedding`, `._neuron_biases`, `._neuron_embeddings.weight`.
  std::vector<NamedTensor> session_parameters(const std::string& session) const;

  /// Output biases (n) or (n, 1) of a session, e.g. the inverse softplus of mean rates.
  void set_neuron_biases(const std::string& session, const at::Tensor& biases);

  const ModelShape& shape() const;
  at::TensorOptions tensors() const;  ///< device and type of its parameters

  /// Encoder, layers of the tower, decoder, in the order of a forward pass: what the names of each
  /// one's parameters begin with. All others are needed from the beginning.
  std::vector<std::string> blocks() const;
  /// Who runs them from now on; null: nobody but the model. Outlives its use.
  void run_blocks_by(BlockRunner* runner);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace enigma::model
