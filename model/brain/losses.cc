#include "model/brain/losses.h"

#include <ATen/ATen.h>

namespace enigma::model {
namespace {

constexpr double kLogGuard = 1e-5;
constexpr double kResponseClamp = 100;
constexpr double kBehaviorClamp = 10;
constexpr double kBehaviorFactor = 0.1;

}  // namespace

at::Tensor element_losses(const at::Tensor& predictions, const at::Tensor& labels) {
  return (predictions - labels * at::log(predictions + kLogGuard))
      .clamp(-kResponseClamp, kResponseClamp);
}

Losses losses_of(const Output& output) {
  Losses losses;
  if (output.predictions.defined()) {
    losses.response = element_losses(output.predictions, output.labels).mean();
    losses.total = losses.response;
  }
  if (output.behavior_predictions.defined()) {
    losses.behavior = (output.behavior_predictions - output.behavior_labels)
                          .square()
                          .clamp(-kBehaviorClamp, kBehaviorClamp)
                          .mean();
    const at::Tensor weighted = kBehaviorFactor * losses.behavior;
    losses.total = losses.total.defined() ? losses.total + weighted : weighted;
  }
  return losses;
}

}  // namespace enigma::model
