// Means and deviations of what was measured, per modality and tier: what normalisation needs, and
// what a look at a recording starts with. Float64 throughout.
#pragma once

#include "recordings/format/session.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace enigma::recordings::scores {

struct SignalStatistics {
  int64_t rows = 0;                     ///< of the sequence, or frames of the screen
  std::vector<int64_t> count;           ///< per signal: values that are no NaN
  std::vector<double> mean, std;        ///< divisor n; NaN where there is no value
  std::vector<double> lowest, highest;  ///< infinite where there is no value
};

struct ModalityStatistics {
  std::string name;
  ModalityKind kind = ModalityKind::sequence;
  SignalStatistics all;
  /// Rows whose time lies in a valid trial of the tier (a row's time is its start; shifts are not
  /// applied). For the screen: frames of the tier's trials, all pixels as one signal per channel.
  std::map<std::string, SignalStatistics> tiers;
};

struct SessionStatistics {
  std::string name;
  std::vector<ModalityStatistics> modalities;  ///< sequences and the screen
  std::vector<Diagnostic> problems;            ///< why something could not be read
};

/// Statistics of every session of `data`, sorted by name, in parallel. Throws InputError where
/// `data` is no folder or holds no session.
std::vector<SessionStatistics> statistics(const std::filesystem::path& data,
                                          void (*progress)(int64_t done, int64_t total));

/// {"sessions": […]}: undefined numbers are null.
nlohmann::ordered_json to_json(const std::vector<SessionStatistics>& sessions);

}  // namespace enigma::recordings::scores
