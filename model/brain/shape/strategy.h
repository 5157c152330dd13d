// Masking strategies: what of a window the model sees, and what it must reconstruct.
// Data, not code: 13 numbers each, the published tables as numbers (model 1.3, strategies.json).
#pragma once

#include "model/brain/shape/shape.h"
#include "model/shape/window_flops.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enigma::model {

/// One published row; nullopt means "resolve from the data". Samples and frames count in a window
/// of 60; neuron counts in a population of 4,096. Order and meaning: strategies.json, "keys".
struct Strategy {
  std::string name;
  std::optional<int64_t> visible_neurons, prefix_start, prefix_len, full_population_prefix_len,
      context_start, context_len, reconstructed_neurons_max, suffix_start, suffix_len, frames_start,
      frames_len;
  bool behavior_encoded = false;
  bool behavior_reconstructed = false;
  double weight = 1;
};

/// Strategies that a spec's name stands for, in published order: "published" (all 120 training
/// rows, named "<family>/<id>"), a family of them ("population", "causal", "population_causal",
/// "inverse_population_causal", "behavior_decoding", …), or one evaluation strategy
/// ("video_only", "causal_response_25", …), or a list of those ("evaluation" has 21,
/// "evaluation_additional" "additional/<name>", "evaluation_validation" "validation/<name>").
/// Empty where the name is unknown.
std::vector<Strategy> strategies_named(const std::string& name);

/// Every name that strategies_named knows, for diagnostics.
const std::vector<std::string>& strategy_names();

/// A half-open range of samples × a half-open range of (shuffled) neurons.
struct Segment {
  int64_t from = 0, to = 0;                  ///< samples [from, to)
  int64_t neurons_from = 0, neurons_to = 0;  ///< neurons [neurons_from, neurons_to)

  int64_t samples() const { return to - from; }
  int64_t neurons() const { return neurons_to - neurons_from; }
};

/// A strategy with every number settled for a window, a population and the data's modalities.
struct ResolvedStrategy {
  std::string name;
  double weight = 1;
  std::vector<Segment> visible;            ///< response inputs, in token order
  std::vector<Segment> targets;            ///< response samples to predict, whole slots
  int64_t frames_from = 0, frames_to = 0;  ///< visible frames [from, to); empty = no video
  bool behavior_encoded = false;
  bool behavior_reconstructed = false;
  int64_t context_from = 0, context_to = 0;  ///< samples whose group latents are instantiated
};

/// What a strategy keeps from the model. Each absence has a learned row of its own
/// (model-parameters 3.5), added to the latents, which only strategies with that absence train.
struct Absences {
  bool responses = false, video = false;
  bool behavior = false;  ///< not encoded, reconstructed or not
};
Absences absences_of(const ResolvedStrategy& strategy);

/// Scales by W/60 (lengths rounded to slots; targets are the last 5·⌊W/10⌋ samples) and, for
/// populations below 4,096, neuron counts by n/4096; W = 60 and n ≥ 4096 give the published
/// numbers exactly. `why` says why a strategy is dropped: video or behaviour that it is for and
/// that the data lack, a window too short for what it shows, or nothing left to reconstruct.
/// Behaviour that merely accompanies responses or video is left out where the data lack it.
struct Resolution {
  std::optional<ResolvedStrategy> strategy;
  std::string why;
};
Resolution resolve(const Strategy& strategy, const ModelShape& shape, int64_t neurons);

/// The numbers taken as they stand, in samples of this window and neurons of this population:
/// nulls settled and counts cut to `neurons`, nothing scaled (the published rule).
Resolution resolve_as_written(const Strategy& strategy, const ModelShape& shape, int64_t neurons);

/// Token counts of one forward pass.
struct TokenCounts {
  int64_t responses = 0, behavior = 0, video = 0, latents = 0, response_queries = 0,
          behavior_queries = 0;
};
TokenCounts count_tokens(const ResolvedStrategy& strategy, const ModelShape& shape,
                         int64_t neurons);

/// Matrix-multiplication FLOPs of one window (2 per multiply-add): every linear map and
/// convolution of tokens, neuron rows and video, and both products of attention. `forward` counts
/// attention over all pairs ("dense" convention); `forward_masked` only the pairs that the interval
/// mask allows. Not counted: element-wise work, and the one meta vector of a call. Blocks are the
/// encoder, the layers of the tower, and the decoder, which the readout is counted with.
WindowFlops count_flops(const ResolvedStrategy& strategy, const ModelShape& shape, int64_t neurons);

}  // namespace enigma::model
