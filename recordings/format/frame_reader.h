// The pixels of a screen, frame by frame.
#pragma once

#include "recordings/format/screen.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace enigma::recordings {

/// Where the pixels of a frame lie (height × width × channels, row-major), or the grey level that
/// fills it: NaN for a frame that is not there.
struct Picture {
  const std::byte* pixels = nullptr;
  NumberType type = NumberType::u8;
  float fill = 0;
};

/// Reads frames, best in their order: a file that the screen does not hold stays mapped until a
/// frame of another is asked for. Throws std::runtime_error where such a file is gone or has become
/// another one since the screen was opened. One reader per thread; the screen outlives it.
class FrameReader {
 public:
  explicit FrameReader(const Screen& screen) : screen_(screen) {}

  /// Valid until the next call.
  Picture at(int64_t frame);
  /// The frame as channels × height × width grey levels; NaN for a frame that is not there.
  void read(int64_t frame, std::span<float> out);
  /// Tells the system that these frames are read soon, both ends included; returns at once.
  void expect(int64_t first, int64_t last);

 private:
  const NpyArray& opened(int64_t picture);
  size_t pixels() const;

  const Screen& screen_;
  int64_t mapped_ = -1;  // which picture `file_` is
  NpyArray file_;
};

}  // namespace enigma::recordings
