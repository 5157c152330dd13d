// Rows of the published strategies, as they stand in the published lists.
#pragma once

#include <cstdint>
#include <span>

namespace enigma::model {

/// One row; -1 means "resolve from the data".
struct StrategyRow {
  const char* name;
  int64_t visible_neurons, prefix_start, prefix_len, full_population_prefix_len, context_start,
      context_len, reconstructed_neurons_max, suffix_start, suffix_len, frames_start, frames_len;
  bool behavior_encoded, behavior_reconstructed;
};

std::span<const StrategyRow> training_rows();    ///< 120, named "<family>/<number>"
std::span<const StrategyRow> evaluation_rows();  ///< 21, the published test list
std::span<const StrategyRow> additional_rows();  ///< 25, named "additional/<name>"
std::span<const StrategyRow> validation_rows();  ///< 8, named "validation/<name>"

}  // namespace enigma::model
