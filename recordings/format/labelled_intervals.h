// Labelled stretches of time (experanto's "time_interval"): tiers, saccades, epochs, …
#pragma once

#include "diagnostics/diagnostic.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace enigma::recordings {

struct TimeInterval {
  double start_s = 0, end_s = 0;  ///< half-open [start, end)
};

struct LabelledIntervals {
  double start_s = 0, end_s = 0;  ///< closed interval that the modality answers for, seconds
  struct Label {
    std::string name;
    std::vector<TimeInterval> intervals;  ///< as stored: may overlap, may be reversed (empty)
  };
  std::vector<Label> labels;  ///< in the order of meta.yml
};

/// Opens `folder` whose meta.yml is `meta`, and reads the file of every label: (n, 2) seconds.
Parsed<LabelledIntervals> open_labelled_intervals(const std::filesystem::path& folder,
                                                  const nlohmann::json& meta);

}  // namespace enigma::recordings
