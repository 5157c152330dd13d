// Muon: steps of matrices by their orthogonalised momentum (Jordan et al. 2024), as
// torch.optim.Muon has it with the adjustment of the original.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace enigma::worker {

struct Muon {
  double momentum = 0.95;  ///< Nesterov's
  double weight_decay = 0.1;
  /// Of the orthogonalisation; undefined: bfloat16 where the matrix is float32, else its own type.
  std::optional<at::ScalarType> type = std::nullopt;
};

/// Five Newton-Schulz steps towards the nearest orthogonal matrix, on g / max(norm, 1e-7); a tall
/// one is transposed for them.
at::Tensor orthogonalised(const at::Tensor& gradient, at::ScalarType type);

/// Momentum of some elements: `buffer` changes. Returns what the matrix of them is orthogonalised
/// from.
at::Tensor muon_direction(const Muon& settings, const at::Tensor& gradient, at::Tensor& buffer);
/// The orthogonalised step of a whole matrix, in its type.
at::Tensor muon_step_of(const Muon& settings, const at::Tensor& direction);
/// max(1, rows / columns)^1/2: what its learning rate is multiplied by.
double muon_scale(at::IntArrayRef sizes);
/// Decays some elements by `decay_rate` and moves them by `rate` along their step.
void muon_move(const Muon& settings, double rate, double decay_rate, const at::Tensor& step,
               const at::Tensor& values);

/// One step of a matrix: `buffer`, its momentum, and `value` change. The learning rate is
/// multiplied by max(1, rows / columns)^1/2.
void muon_step(const Muon& settings, double learning_rate, const at::Tensor& gradient,
               at::Tensor& buffer, at::Tensor& value);

}  // namespace enigma::worker
