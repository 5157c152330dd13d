// A regularly sampled modality: responses, eye tracker, treadmill, … (experanto's "sequence").
#pragma once

#include "diagnostics/diagnostic.h"
#include "files/mapped_file.h"
#include "recordings/format/number_type.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace enigma::recordings {

struct Sequence {
  double start_s = 0, end_s = 0;  ///< closed interval, seconds on the experiment clock
  double rate_hz = 0;
  int64_t rows = 0, signals = 0;
  NumberType type = NumberType::f32;
  bool in_memory_file = false;   ///< data.mem, not data.npy
  std::vector<double> shifts_s;  ///< per signal; empty = none
  MappedFile mapping;
  const std::byte* data = nullptr;  ///< [rows, signals], row-major

  double valid_from_s() const;  ///< start + largest shift
  double valid_to_s() const;    ///< end + smallest shift
  const std::byte* row(int64_t index) const;
};

/// Opens `folder` whose meta.yml is `meta`: data.mem by meta.yml's type and sizes, data.npy by its
/// own.
Parsed<Sequence> open_sequence(const std::filesystem::path& folder, const nlohmann::json& meta);

/// The row that holds time t: floor((t - start) / (1/rate)) as experanto computes it, a division
/// by the rounded period. `nudge` (in samples) is added before the floor. −1 before
/// the first row, `rows` after the last.
int64_t row_at(const Sequence& sequence, double t_s, double nudge = 0);

/// The row at time t as float32, each signal at its own shift; NaN where there is no row.
/// False where t lies outside the valid interval, or no row stands there.
bool read_row(const Sequence& sequence, double t_s, double nudge, std::span<float> out);

/// Per row: does it hold a NaN? Reads the whole sequence.
std::vector<bool> rows_with_nan(const Sequence& sequence);

}  // namespace enigma::recordings
