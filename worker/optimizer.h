// AdamW for the two classes of parameters (model-parameters section 5): shared ones in one flat
// buffer, so that norm, step and zeroing are one operation each; a session's tables on their own,
// stepped only when the session was drawn.
#pragma once

#include "model/named_tensor.h"

#include <ATen/core/Tensor.h>

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

class SharedOptimizer {
 public:
  /// Moves the parameters (and their gradients) into flat buffers; the model's tensors become
  /// views of them. A tensor that gets no gradient in a step has a zero one, and decays.
  SharedOptimizer(std::vector<model::NamedTensor> parameters, AdamW settings);

  /// Clips the mean over `lanes` to norm 1, steps, and zeroes the gradients. Returns the norm
  /// before clipping; where that is not finite, nothing is stepped.
  double step(double learning_rate, int64_t lanes);

  const std::vector<model::NamedTensor>& parameters() const { return parameters_; }
  /// Views, in the order of parameters(); `steps` is one tensor for all.
  std::vector<Moments> moments() const;

 private:
  std::vector<model::NamedTensor> parameters_;
  std::vector<int64_t> offsets_;
  AdamW settings_;
  at::Tensor values_, gradients_, first_, second_, steps_;
};

class SessionOptimizer {
 public:
  SessionOptimizer(std::vector<model::NamedTensor> parameters, AdamW settings);

  /// Steps the tensors that have a gradient (clipped together to norm 1) and forgets it.
  double step(double learning_rate);

  const std::vector<model::NamedTensor>& parameters() const { return parameters_; }
  const std::vector<Moments>& moments() const { return moments_; }

 private:
  std::vector<model::NamedTensor> parameters_;
  std::vector<Moments> moments_;
  AdamW settings_;
};

}  // namespace enigma::worker
