// Scores of predictions that lie in a file of tensors, under the published metrics' names.
#pragma once

#include "files/safetensors.h"

#include <nlohmann/json.hpp>

namespace enigma::recordings::scores {

/// Every metric whose tensors are there:
/// - `responses`, `predictions` [stimuli, repeats, neurons], or [trials, neurons] with `image_ids`
///   [trials]: what RepeatScores names, per neuron, and mean_single_trial, mean_to_average,
///   feve_mean_over_fev_ge_0_15, n_kept, gini_of_fev;
/// - `trialK.responses`, `trialK.predictions` [neurons, frames]: the first 50 frames of responses
///   are dropped, predictions are aligned at the end, trials strung together: corr_per_neuron,
///   corr_mean, poisson_sum_per_neuron, poisson_mean;
/// - `batchK.preds`, `batchK.target`, `batchK.neuron_ids`: per_neuron_r, counts, mean_pred,
///   mean_target, M2_pred, M2_target, C2, population;
/// - `batchK.preds`, `batchK.labels` [B, 5, T]: pair01, pair23, single4 and their per_channel;
/// - `session_r`, `n_neurons`: overall.
/// What is undefined is null. Throws InputError that names the tensor where shapes do not fit, or
/// where there is nothing to score.
nlohmann::ordered_json score(const Safetensors& file, const std::filesystem::path& path);

}  // namespace enigma::recordings::scores
