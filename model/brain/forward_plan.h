// What a strategy fixes before any data are seen: who attends to whom, rotations, rows, positions.
// Built once per strategy and population size, then reused by every batch.
// Shape legend: L latents, K predicted elements of a window.
#pragma once

#include "model/attention_plan.h"
#include "model/brain/shape/geometry.h"
#include "model/brain/shape/layout.h"

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <unordered_map>

namespace enigma::model {

struct ForwardPlan {
  TokenLayout layout;
  StepRange video_steps;
  at::Tensor latent_rows;  ///< (L) rows of the latent table
  at::Tensor input_rotation, latent_rotation, hidden_rotation, query_rotation;
  std::shared_ptr<const AttentionPlan> encoder, tower, decoder;  ///< null: all see all
  at::Tensor positions;  ///< (K) sample of every predicted element
};
/// `tensors`: device and type of the model.
ForwardPlan plan_of(const ResolvedStrategy& strategy, const ModelShape& shape,
                    at::TensorOptions tensors = at::kFloat);

/// Plans by strategy, as many as fit into a bounded number of elements.
class PlanCache {
 public:
  PlanCache(const ModelShape& shape, at::TensorOptions tensors)
      : shape_(shape), tensors_(tensors) {}
  std::shared_ptr<const ForwardPlan> get(const ResolvedStrategy& strategy);

 private:
  ModelShape shape_;
  at::TensorOptions tensors_;
  std::unordered_map<std::string, std::shared_ptr<const ForwardPlan>> plans_;
  int64_t elements_ = 0;  ///< of their tensors
};

}  // namespace enigma::model
