// Frames of a video file, by FFmpeg's libraries: each once, in the order shown, with its time.
#pragma once

#include "recordings/import/read_request.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace enigma::recordings::importer::video {

struct FilmFacts {
  int64_t height = 0, width = 0;  ///< of the frames that come out
  int64_t stored_height = 0, stored_width = 0;
  std::string container, codec, pixel_format;
  double rate_hz = 0;           ///< mean rate that the container states; 0 = unknown
  int64_t frames_expected = 0;  ///< for progress; 0 = unknown
  bool has_made_up_times = false;
  std::vector<std::string> notes;  ///< how frames were turned, and whether they look stretched
};

struct FilmFrame {
  double time_s = 0;                  ///< presentation time · time base
  std::span<const std::byte> pixels;  ///< height × width (× 3), until the next call
};

class FilmDecoder {
 public:
  /// Throws InputError where the file holds no video stream that can be decoded.
  FilmDecoder(const std::filesystem::path& path, const ReadOptions& options);
  ~FilmDecoder();
  FilmDecoder(const FilmDecoder&) = delete;
  FilmDecoder& operator=(const FilmDecoder&) = delete;

  FilmFacts facts() const;
  /// The next frame, or nothing at the end. Grey and RGB are taken as they are, anything else is
  /// converted to full range, turned as the file's display matrix says, and brought to another size
  /// by area. Throws InputError where a frame cannot be decoded, where its size changes, where the
  /// file ends before its container says, or shows its packets over and over.
  std::optional<FilmFrame> next();
  /// How long the last frame is shown: its own duration, else one over the rate.
  double last_duration_s() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace enigma::recordings::importer::video
