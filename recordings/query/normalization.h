// (value − mean) / std with the statistics that a mode names (recordings.md 1.1).
#pragma once

#include "recordings/query/device.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace enigma::recordings::query {

struct Normalization {
  std::vector<double> mean, std;  ///< one for all, or one per column of the last axis
};

/// Statistics of the modality in `folder` under `mode`. Stored stds of "responses" are raised to
/// 1 % of their mean: those of meta/stds.npy alone, in its first row.
Parsed<Normalization> read_normalization(const std::filesystem::path& folder, const Device& device,
                                         const nlohmann::json& mode);

/// Why values of this device cannot be normalised so: integers, a std of zero in the values' own
/// precision, statistics that do not fit the columns. Nothing where they can.
std::optional<Diagnostic> misfit_of(const Normalization& normalization, const Device& device,
                                    const std::filesystem::path& folder);

/// In the precision of the answer (float16, float32 or float64).
void normalize(const Normalization& normalization, Answer& answer);

}  // namespace enigma::recordings::query
