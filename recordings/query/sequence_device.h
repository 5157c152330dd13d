// A sequence asked as the published reader is asked: floored or interpolated between two rows.
#pragma once

#include "recordings/format/sequence.h"
#include "recordings/query/answer.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <vector>

namespace enigma::recordings::query {

struct SequenceDevice {
  std::filesystem::path folder;
  Sequence sequence;
  bool linear = false;     ///< mix a row and the next, in float64
  bool keep_nans = false;  ///< else linear replaces NaN by the column's mean over the query
  bool cached = false;     ///< data.mem is answered in float32

  NumberType type() const;  ///< of nearest values
};

/// Options of `config`: interpolation_mode (nearest_neighbor | linear), keep_nans, normalize (which
/// only checks the stored means and stds, as published), cache_data; others mean nothing here.
Parsed<SequenceDevice> open_sequence_device(const std::filesystem::path& folder,
                                            const nlohmann::json& meta,
                                            const nlohmann::json& config);

Clock clock_of(const SequenceDevice& device);

/// Values at the times inside the valid interval: (times, signals). Nearest values are the row
/// that holds the time, in the stored type with NaN kept; linear ones are float64. A time for which
/// no row stands there is left out, with a warning (linear: without one, as published).
Parsed<Answer> ask(const SequenceDevice& device, const std::vector<double>& times_s);

}  // namespace enigma::recordings::query
