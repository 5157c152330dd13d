// A recording small enough to count by hand: trials of 2 s of video, two neurons at 10 Hz whose
// responses are the row's number and its negative.
#pragma once

#include "files/atomic_file.h"
#include "recordings/format/npy.h"
#include "recordings/temporary_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace enigma::recordings {

struct SmallRecording {
  struct Shown {
    std::string tier;
    bool valid;
  };
  std::vector<Shown> trials = {{"train", true}};
  std::vector<float> responses;  ///< rows × 2, to be changed before write()
  double start_s = 0;

  SmallRecording() {
    for (int row = 0; row < 200; ++row) {
      responses.push_back(static_cast<float>(row));
      responses.push_back(static_cast<float>(-row));
    }
  }

  /// Writes the session and returns its folder.
  const std::filesystem::path& write() {
    write_responses();
    write_screen();
    return folder_.path();
  }

 private:
  void write_responses() {
    const auto folder = folder_.path() / "responses";
    std::filesystem::create_directories(folder);
    write_atomically(folder / "data.npy", npy_bytes(NumberType::f32, {200, 2}, responses.data()));
    write_atomically(folder / "meta.yml",
                     fmt::format("modality: sequence\nstart_time: {}\nend_time: {}\n"
                                 "sampling_rate: 10.0\nn_signals: 2\nn_timestamps: 200\n",
                                 start_s, start_s + 20));
  }

  void write_screen() {
    const auto folder = folder_.path() / "screen";
    std::filesystem::create_directories(folder / "meta");
    std::filesystem::create_directories(folder / "data");
    std::vector<double> flips_s;
    int trial = 0;
    for (const Shown& shown : trials) {
      std::vector<uint8_t> video(20 * 6, static_cast<uint8_t>(trial));
      write_atomically(folder / "data" / fmt::format("{:05}.npy", trial),
                       npy_bytes(NumberType::u8, {20, 2, 3}, video.data()));
      write_atomically(
          folder / "meta" / fmt::format("{:05}.yml", trial),
          fmt::format("modality: video\nfirst_frame_idx: {}\nnum_frames: 20\nimage_size: [2, 3]\n"
                      "{}valid_trial: {}\n",
                      20 * trial, shown.tier.empty() ? "" : "tier: " + shown.tier + "\n",
                      shown.valid));
      for (int f = 0; f < 20; ++f) { flips_s.push_back(start_s + (20 * trial + f) / 10.0); }
      ++trial;
    }
    flips_s.push_back(start_s + 20 * trial / 10.0);
    write_atomically(folder / "meta" / fmt::format("{:05}.yml", trial),
                     fmt::format("modality: blank\nfirst_frame_idx: {}\nimage_size: [2, 3]\n"
                                 "interleave_value: 128\n",
                                 20 * trial));
    write_atomically(folder / "timestamps.npy",
                     npy_bytes(NumberType::f64, {int64_t(flips_s.size())}, flips_s.data()));
    write_atomically(folder / "meta.yml", "modality: screen\n");
  }

  TemporaryFolder folder_;
};

}  // namespace enigma::recordings
