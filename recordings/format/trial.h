// One trial of the screen: what was shown, for how many frames, in which tier.
#pragma once

#include "diagnostics/diagnostic.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace enigma::recordings {

enum class TrialKind { image, video, blank, invalid };

struct Trial {
  TrialKind kind = TrialKind::blank;
  std::string number;         ///< five digits: the name of its files
  std::string stimulus_name;  ///< empty = none
  std::string tier;           ///< "blank" where none is given, as in experanto's conditions
  bool valid = true;          ///< false only where valid_trial says so
  int64_t first_frame = 0;
  int64_t frames = 1;  ///< 0 = a video whose length its array tells
  int64_t height = 0, width = 0, channels = 1;
  bool has_channel_axis = false;  ///< image_size is [height, width, channels]
  float fill = 0;                 ///< grey level of blank and invalid trials
  /// What conditions are compared with, as written; the word "blank" where there is none.
  nlohmann::json modality_written, tier_written, valid_written;

  /// (height, width) or (height, width, channels): image_size as given.
  std::vector<int64_t> image_size() const;
};

/// Trials of a screen folder in order: from combined_meta.json where present (it wins, even when
/// stale, as in experanto), else from meta/NNNNN.yml.
Parsed<std::vector<Trial>> read_trials(const std::filesystem::path& screen_folder);

}  // namespace enigma::recordings
