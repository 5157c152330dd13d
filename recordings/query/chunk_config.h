// What chunks are asked for: the published dataset's arguments and its configuration of modalities.
#pragma once

#include "diagnostics/diagnostic.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace enigma::recordings::query {

struct ChunkModality {
  std::string name;
  double rate_hz = 0;                    ///< of the samples of a chunk
  int64_t samples = 0;                   ///< of a chunk
  double offset_s = 0;                   ///< added to a chunk's start
  nlohmann::json interpolation;          ///< options of open_device
  nlohmann::json normalization;          ///< a word, {means, stds}, or null: none
  bool filtered = false;                 ///< has a block of filters, perhaps an empty one
  std::vector<double> nan_vicinities_s;  ///< of its NaN filters
};

struct ChunkConfig {
  std::vector<ChunkModality> modalities;   ///< sorted by name; "screen" is one of them
  std::vector<nlohmann::json> conditions;  ///< a trial must meet one: objects of key and value
  int64_t stride = 1;                      ///< of valid starts, every stride-th is taken
  double safe_interval_s = 0.5;            ///< cut off at both ends of the common range
  int64_t precision = 5;                   ///< decimal places of a sample's times
  bool cache = false;
  bool normalize_timestamps = true;  ///< times of a sample count from the responses' start
  bool has_out_keys = false;
  std::vector<std::string> out_keys;  ///< tensors of a sample, where they are chosen

  bool gives(const std::string& key) const;
};

/// Reads {"args": {…}, "modality_config": {…}} (recordings.md 1.1, ChunkDataset). Options that do
/// nothing in the published dataset (seed, keep_nans, replace_nans_with_means, transforms other
/// than normalization) are passed over; unknown arguments, filters and conditions are refused.
Parsed<ChunkConfig> read_chunk_config(const nlohmann::json& document,
                                      const std::filesystem::path& file);

}  // namespace enigma::recordings::query
