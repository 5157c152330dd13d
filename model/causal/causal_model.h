// A dense causal decoder: tokens in, a distribution of the next token out. Its layouts and names
// are those of the published Llama and Qwen3 models, whose weights load here and the reverse. Shape
// legend: B sequences, T tokens, d width, V vocabulary.
#pragma once

#include "model/block_runner.h"
#include "model/causal/shape/shape.h"
#include "model/named_tensor.h"
#include "model/trace.h"

#include <ATen/core/Tensor.h>
#include <c10/core/TensorOptions.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace enigma::model {

class CausalModel {
 public:
  /// Every tensor is drawn from (seed, its own name); `tensors`: device and type of all of them.
  CausalModel(const CausalShape& shape, uint64_t seed, at::TensorOptions tensors = at::kFloat);
  ~CausalModel();
  CausalModel(const CausalModel&) = delete;
  CausalModel& operator=(const CausalModel&) = delete;

  /// Hidden states (B, T, d) after the last norm, of tokens (B, T) int64. `trace`, where given,
  /// receives `hidden_0` (embeddings) … `hidden_L` (after the last layer and the last norm).
  at::Tensor hidden(const at::Tensor& tokens, Trace* trace = nullptr);
  /// All logits (B, T, V) of hidden states: for looking at, not for training.
  at::Tensor logits(const at::Tensor& hidden) const;
  /// Mean cross-entropy in nats of the next tokens: inputs are all of `tokens` (B, T + 1) but the
  /// last, targets all but the first.
  at::Tensor loss(const at::Tensor& tokens);

  /// Published names in registration order.
  std::vector<NamedTensor> parameters() const;
  const CausalShape& shape() const;

  /// Layers and head, in the order of a forward pass: what the names of each one's parameters begin
  /// with. Embeddings, which may be the head too, and the last norm are needed from the beginning.
  std::vector<std::string> blocks() const;
  /// Who runs them from now on; null: nobody but the model. Outlives its use.
  void run_blocks_by(BlockRunner* runner);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace enigma::model
