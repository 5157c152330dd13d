// The optimiser of what one session alone has: AdamW, stepped only when the session was drawn.
#pragma once

#include "model/named_tensor.h"
#include "worker/optimizer/adamw.h"
#include "worker/optimizer/state_pieces.h"

#include <vector>

namespace enigma::worker {

class SessionOptimizer {
 public:
  SessionOptimizer(std::vector<model::NamedTensor> parameters, AdamW settings);

  /// Those there are.
  std::vector<at::Tensor> gradients() const;
  /// Norm of the gradients there are, before clipping.
  double norm() const;

  /// Steps the tensors that have a gradient (clipped together to norm 1) and forgets it. `norm` as
  /// norm() gave it, finite.
  void step(double learning_rate, double norm);
  /// Forgets them instead.
  void drop_gradients();

  const std::vector<Moments>& moments() const { return moments_; }
  /// As SharedOptimizer::state(); every tensor has a step count of its own.
  std::vector<StatePiece> state() const;

 private:
  std::vector<model::NamedTensor> parameters_;
  std::vector<Moments> moments_;
  AdamW settings_;
};

}  // namespace enigma::worker
