// What stood on the screen, frame by frame (experanto's "screen"): flips, trials, pictures.
#pragma once

#include "diagnostics/diagnostic.h"
#include "recordings/npy.h"
#include "recordings/trial.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace enigma::recordings {

struct Screen {
  std::vector<double> flips_s;  ///< one per frame, rising; the last frame shows only at its flip
  std::vector<Trial> trials;
  std::vector<int64_t> first_frames;  ///< per trial, plus one past the last frame
  std::vector<NpyArray> pictures;
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

/// Where the pixels of a frame lie (height × width × channels, row-major), or the grey level that
/// fills it: NaN for a frame that is not there.
struct Picture {
  const std::byte* pixels = nullptr;
  NumberType type = NumberType::u8;
  float fill = 0;
};
Picture picture_of(const Screen& screen, int64_t frame);

/// Tells the system that these frames are read soon, both ends included; returns at once.
void expect_frames(const Screen& screen, int64_t first, int64_t last);

/// Frame as channels × height × width grey levels; NaN for a frame that is not there.
void read_frame(const Screen& screen, int64_t frame, std::span<float> out);

}  // namespace enigma::recordings
