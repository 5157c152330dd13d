// The size that can be built whose parameters are nearest to a number.
#pragma once

#include "diagnostics/diagnostic.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace enigma {

/// A size as a spec has it, with its shared parameters.
struct BuiltSize {
  nlohmann::ordered_json size;
  double parameters = 0;
  double off = INFINITY;  ///< |log| of the ratio to the number asked for
};

/// Shared parameters of a size as it would be planned, or why it cannot be.
using SizeMeasure = std::function<Parsed<double>(const nlohmann::ordered_json& size)>;

/// Values of `model.size` in a spec: of its axis, else of its defaults.
nlohmann::ordered_json sizes_of(const nlohmann::ordered_json& spec);

/// Of the published sizes where `like`, the sweep's own, are names alone; else of width × layers
/// about the proportion of the one of them nearest to `n`. Infinitely far off where none can be
/// planned: `why` then tells the last reason.
BuiltSize nearest_size(const nlohmann::ordered_json& like,
                       const std::vector<std::string>& published, double n,
                       const SizeMeasure& measure, std::vector<Diagnostic>& why);

}  // namespace enigma
