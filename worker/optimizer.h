// AdamW for the two classes of parameters (model-parameters section 5): shared ones in one flat
// buffer, so that norm, step and zeroing are one operation each; a session's tables on their own,
// stepped only when the session was drawn. Muon may step the shared matrices instead.
#pragma once

#include "model/named_tensor.h"
#include "worker/muon.h"

#include <ATen/core/Tensor.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace enigma::worker {

struct AdamW {
  double beta1 = 0.9, beta2 = 0.98, epsilon = 1e-6;
  double weight_decay = 0;
};
/// The published weight decay of the two classes beside a point's own settings.
constexpr AdamW shared_adamw(AdamW settings = {}) {
  settings.weight_decay = 0.1;
  return settings;
}
constexpr AdamW session_adamw(AdamW settings = {}) {
  settings.weight_decay = 1e-3;
  return settings;
}
inline constexpr double kClipNorm = 1.0;

/// A tensor of optimiser state under its parameter's name: what a checkpoint holds.
struct Moments {
  at::Tensor first, second;  ///< like the parameter
  at::Tensor steps;          ///< float32 scalar: steps taken, for bias correction
};

/// Tensors of a checkpoint by name: parameters, and beside them what their optimiser remembers.
using OptimizerState = std::map<std::string, at::Tensor>;

/// Learning rates of one step.
struct SharedRates {
  double adamw = 0;
  double muon = 0;
};

class SharedOptimizer {
 public:
  /// Moves the parameters (and their gradients) into flat buffers; the model's tensors become
  /// views of them. A tensor that gets no gradient in a step has a zero one, and decays.
  /// `matrices`: names of those that Muon steps.
  SharedOptimizer(std::vector<model::NamedTensor> parameters, AdamW settings,
                  const std::set<std::string>& matrices = {}, Muon muon = {});

  /// Clips the mean over `lanes` to norm 1, steps, and zeroes the gradients. Returns the norm
  /// before clipping; where that is not finite, nothing is stepped.
  double step(SharedRates rates, int64_t lanes);
  double step(double learning_rate, int64_t lanes) { return step({learning_rate, 0}, lanes); }

  /// `NAME.exp_avg`, `NAME.exp_avg_sq` and `NAME.step` of AdamW (one step count for all),
  /// `NAME.momentum_buffer` of Muon.
  OptimizerState state() const;

 private:
  struct Place {
    model::NamedTensor parameter;
    int64_t offset = 0;  ///< in the flat buffers
  };
  void step_matrices(double learning_rate, double divisor);

  std::vector<Place> flat_;      // AdamW's, first in the buffers
  std::vector<Place> matrices_;  // Muon's
  std::vector<at::Tensor> momentum_;
  AdamW settings_;
  Muon muon_;
  at::Tensor values_, gradients_;      // of all
  at::Tensor first_, second_, steps_;  // of AdamW's part
};

class SessionOptimizer {
 public:
  SessionOptimizer(std::vector<model::NamedTensor> parameters, AdamW settings);

  /// Steps the tensors that have a gradient (clipped together to norm 1) and forgets it.
  double step(double learning_rate);

  const std::vector<Moments>& moments() const { return moments_; }
  OptimizerState state() const;

 private:
  std::vector<model::NamedTensor> parameters_;
  std::vector<Moments> moments_;
  AdamW settings_;
};

}  // namespace enigma::worker
