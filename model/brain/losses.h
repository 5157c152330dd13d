// How far a model's output is from what was recorded.
#pragma once

#include "model/brain/brain_model.h"

#include <ATen/core/Tensor.h>

namespace enigma::model {

/// Scalars; `response` or `behavior` is undefined where it does not apply.
struct Losses {
  at::Tensor total, response, behavior;
};

/// Poisson loss p - y ln(p + 1e-5), clamped to +-100 before the mean, plus 0.1 x squared error of
/// behaviour clamped to 10 (published model, model-parameters 3.12).
Losses losses_of(const Output& output);

/// The response term of every element (B, K), clamped, before the mean.
at::Tensor element_losses(const at::Tensor& predictions, const at::Tensor& labels);

}  // namespace enigma::model
