// Spike times of many units (experanto's "spikes"): one flat list of seconds, a block per unit.
#pragma once

#include "diagnostics/diagnostic.h"
#include "files/mapped_file.h"
#include "recordings/format/number_type.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace enigma::recordings {

struct Spikes {
  double start_s = 0, end_s = 0;  ///< closed interval, seconds on the experiment clock
  std::vector<int64_t> offsets;   ///< unit u owns [offsets[u], offsets[u + 1]); rising
  NumberType type = NumberType::f64;
  MappedFile mapping;
  const std::byte* data = nullptr;  ///< seconds, rising within a unit

  int64_t units() const { return static_cast<int64_t>(offsets.size()) - 1; }
};

/// Opens `folder` whose meta.yml is `meta`: spikes.mem by meta.yml's type (float64 where it names
/// none), spikes.npy by its own. Offsets are checked against the file; times within a unit must
/// rise.
Parsed<Spikes> open_spikes(const std::filesystem::path& folder, const nlohmann::json& meta);

/// How many spikes of a unit stand in [from, to).
int64_t count_spikes(const Spikes& spikes, int64_t unit, double from_s, double to_s);

}  // namespace enigma::recordings
