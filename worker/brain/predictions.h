// What a trained brain model predicts of recordings, as tensors that `enigma-data score` reads.
#pragma once

#include "model/tensor_file.h"
#include "worker/brain/brain.h"

namespace enigma::worker {

/// (windows, samples, neurons) from elements (windows, K) in the model's order; NaN where there is
/// none.
at::Tensor laid_out(const at::Tensor& elements, const Predicted& some, int64_t samples,
                    int64_t neurons);

/// Of the windows that the model is scored on, by the first of the point's evaluation strategies:
/// - `NAME/predictions`, `NAME/responses` (windows, samples, neurons) float32 of every session, NaN
///   where nothing is predicted, and `NAME/times` (windows, samples) in seconds of its clock;
/// - `batchK.preds`, `batchK.target` (windows, K), `batchK.neuron_ids`, for the correlation that a
///   run reports: neurons of all sessions counted on, sessions in the point's order.
model::Tensors predictions_of(Brain& brain);

}  // namespace enigma::worker
