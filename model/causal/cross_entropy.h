// Cross-entropy of a linear head without its logits: they stand for some rows at a time, and their
// gradient is taken while they do.
// Shape legend: R rows (tokens), d width, V vocabulary.
#pragma once

#include <ATen/core/Tensor.h>

namespace enigma::model {

/// Rows whose logits stand at once.
int64_t rows_at_once(int64_t rows, int64_t vocabulary);

/// Mean over rows of -ln softmax(hidden·headᵀ)[target], in nats: hidden (R, d), head (V, d),
/// targets (R) int64.
at::Tensor cross_entropy(const at::Tensor& hidden, const at::Tensor& head,
                         const at::Tensor& targets);

}  // namespace enigma::model
