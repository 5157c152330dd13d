// Chunks of an experiment as the published ChunkDataset cuts them: which starts are valid, and what
// a chunk holds (recordings.md 1.1).
#pragma once

#include "recordings/query/chunk_config.h"
#include "recordings/query/device.h"
#include "recordings/query/normalization.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::recordings::query {

/// Times of screen samples: first + k · (second − first), the step as it was rounded.
struct ChunkGrid {
  int64_t count = 0;
  double first_s = 0, second_s = 0;

  double at(int64_t k) const;
  /// The first k whose time is not before t.
  int64_t index_from(double t_s) const;
};

struct ChunkDevice {
  ChunkModality config;
  std::filesystem::path folder;
  Device device;
  std::optional<Normalization> normalization;
};

struct Chunks {
  ChunkConfig config;
  nlohmann::json data_key;
  std::vector<ChunkDevice> devices;         ///< sorted by name
  double range_from_s = 0, range_to_s = 0;  ///< union of the modalities
  double start_s = 0, end_s = 0;            ///< intersection of what is valid, inset
  ChunkGrid grid;
  int64_t valid_starts = 0;            ///< before the stride
  std::vector<int64_t> start_indices;  ///< after it; of the grid

  const ChunkDevice* find(const std::string& name) const;
  const Screen& screen() const;
};

/// Opens the modalities that are configured and there. Refuses what could not be read.
Parsed<Chunks> open_chunks(const std::filesystem::path& experiment, ChunkConfig config);

/// {data_key, devices, experiment_range, start_time, end_time, grid, n_valid_starts, length,
/// start_grid_indices, starts, statistics, trials}; the last trial's end is null: it never ends.
nlohmann::ordered_json description_of(const Chunks& chunks);

/// The tensors of a chunk by name: modalities, and timestamps.<modality>. Screen [C, T, H, W],
/// others [T, n], 8-bit sequences divided by 255 before they are normalised, as published; times
/// out of range are left out, which makes a tensor shorter.
Parsed<std::map<std::string, Answer>> read_chunk(const Chunks& chunks, int64_t index);

}  // namespace enigma::recordings::query
