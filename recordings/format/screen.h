// What stood on the screen, frame by frame (experanto's "screen"): flips, trials, pictures.
#pragma once

#include "diagnostics/diagnostic.h"
#include "recordings/format/npy.h"
#include "recordings/format/trial.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace enigma::recordings {

struct Screen {
  std::vector<double> flips_s;  ///< one per frame, rising; the last frame shows only at its flip
  std::vector<Trial> trials;
  std::vector<int64_t> first_frames;  ///< per trial, plus one past the last frame
  /// Checked when the screen was opened. Where maps are scarce (MappedFile::scarce), or a file is
  /// not laid out as it is read (NpyArray::rearranged), only type and shape are held, `data` is
  /// null, and a FrameReader maps the file for as long as it reads.
  std::vector<NpyArray> pictures;
  std::vector<std::filesystem::path> picture_paths;
  std::vector<int64_t> picture_of;              ///< per trial: index into pictures, −1 = fill
  int64_t height = 0, width = 0, channels = 1;  ///< those of the first trial

  double start_s() const { return flips_s.front(); }
  double end_s() const { return flips_s.back(); }
  double onset_s(int64_t trial) const;
  double end_s(int64_t trial) const;  ///< next trial's onset; of the last trial: its last flip
};

/// Opens flips and trials of a screen folder, no pictures. Trials' frames are counted one after the
/// other; a video that does not tell its length has none.
Parsed<Screen> open_screen_clock(const std::filesystem::path& folder);

/// Opens a screen folder: flips, trials and the header of every picture file, and checks that they
/// fit each other.
Parsed<Screen> open_screen(const std::filesystem::path& folder, const nlohmann::json& meta);

/// The array of a trial's picture, found by its number or by its stimulus_name.
Parsed<NpyArray> open_picture(const std::filesystem::path& folder, const Trial& trial,
                              bool by_name);

/// The frame on at time t (flip ≤ t + 0.1 ms, as experanto counts), or −1 outside [start, end].
int64_t frame_at(const Screen& screen, double t_s);
/// The trial that frame belongs to, or −1.
int64_t trial_of_frame(const Screen& screen, int64_t frame);

}  // namespace enigma::recordings
