#include "tests/bench/random_recording.h"

#include "recordings/format/npy.h"
#include "recordings/generate/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace enigma::bench {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kClipFrames = 300, kHeight = 36, kWidth = 64;

// Bytes that are finite numbers as binary16 and binary32, and grey levels.
const std::string& noise() {
  static const std::string bytes = [] {
    recordings::generate::Stream stream(1, {});
    std::string made;
    for (int i = 0; i < 1 << 15; ++i) {
      made += static_cast<char>(stream.below(256));
      made += static_cast<char>(0x3c + stream.below(10));  // exponents of ordinary numbers
    }
    return made;
  }();
  return bytes;
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) { throw std::runtime_error("cannot write " + path.string()); }
}

struct Signals {
  int64_t rows, signals;
  double rate_hz, start_s;
  std::string type;
};

// The noise over and over, from another place in each row.
void write_sequence(const fs::path& folder, const Signals& s) {
  fs::create_directories(folder);
  const int64_t row_bytes = s.signals * (s.type == "float16" ? 2 : 4);
  std::ofstream out(folder / "data.mem", std::ios::binary);
  for (int64_t row = 0; row < s.rows; ++row) {
    for (int64_t done = 0; done < row_bytes;) {
      const int64_t from = row * 26 % 4096;
      const auto piece = std::min<int64_t>(row_bytes - done, int64_t(noise().size()) - from);
      out.write(noise().data() + from, piece);
      done += piece;
    }
  }
  if (!out.flush()) { throw std::runtime_error("cannot write " + folder.string()); }
  write_file(folder / "meta.yml",
             fmt::format("modality: sequence\nstart_time: {}\nend_time: {}\nsampling_rate: {}\n"
                         "n_signals: {}\nn_timestamps: {}\ndtype: {}\nis_mem_mapped: true\n",
                         s.start_s, s.start_s + double(s.rows) / s.rate_hz, s.rate_hz, s.signals,
                         s.rows, s.type));
}

void write_clip(const fs::path& folder, int64_t clip) {
  std::vector<uint8_t> pixels(kClipFrames * kHeight * kWidth);
  for (size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<uint8_t>(noise()[(i * 7 + size_t(clip)) % noise().size()]);
  }
  write_file(folder / "data" / fmt::format("{:05}.npy", clip),
             recordings::npy_bytes(recordings::NumberType::u8, {kClipFrames, kHeight, kWidth},
                                   pixels.data()));
  const char* tier = clip % 10 == 9 ? "test" : clip % 10 == 8 ? "validation" : "train";
  write_file(folder / "meta" / fmt::format("{:05}.yml", clip),
             fmt::format("modality: video\nfirst_frame_idx: {}\nnum_frames: {}\n"
                         "image_size: [36, 64]\ntier: {}\n",
                         clip * kClipFrames, kClipFrames, tier));
}

void write_screen(const fs::path& folder, int64_t clips) {
  fs::create_directories(folder / "data");
  fs::create_directories(folder / "meta");
  for (int64_t clip = 0; clip < clips; ++clip) { write_clip(folder, clip); }
  const int64_t frames = clips * kClipFrames;
  write_file(folder / "meta" / fmt::format("{:05}.yml", clips),
             fmt::format("modality: blank\nfirst_frame_idx: {}\nimage_size: [36, 64]\n"
                         "interleave_value: 118\ntier: blank\n",
                         frames));
  std::vector<double> flips_s;
  for (int64_t i = 0; i <= frames; ++i) { flips_s.push_back(static_cast<double>(i) / 30); }
  write_file(folder / "timestamps.npy",
             recordings::npy_bytes(recordings::NumberType::f64, {frames + 1}, flips_s.data()));
  write_file(folder / "meta.yml", "modality: screen\n");
}

}  // namespace

void write(const RandomRecording& recording) {
  const auto clips = static_cast<int64_t>(recording.minutes * 60 / 10);
  const int64_t frames = clips * kClipFrames;
  write_screen(recording.folder / "screen", clips);
  write_sequence(recording.folder / "responses",
                 {frames + 1, recording.neurons, 30, -0.25 / 30, "float16"});
  write_sequence(recording.folder / "treadmill", {frames * 2 / 3 + 3, 2, 20, -0.3 / 20, "float32"});
}

}  // namespace enigma::bench
