// Pictures at another size: what OpenCV calls INTER_AREA (resize.cpp, area interpolation).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace enigma::recordings::gather {

struct PictureSize {
  int64_t height = 0, width = 0;
  bool operator==(const PictureSize&) const = default;
};

/// From one size to another. Where neither side grows, a pixel is the mean of the area that it
/// covers; otherwise a mix of two neighbours along each side.
class AreaResize {
 public:
  AreaResize(PictureSize from, PictureSize to);

  /// `pixels`, height × width × channels (grey levels of any number type), at the other size.
  template <typename T>
  std::vector<float> operator()(std::span<const T> pixels, int64_t channels = 1) const;

 private:
  struct Tap {
    int64_t source;
    float weight;
  };
  using Taps = std::vector<std::vector<Tap>>;  // per target pixel of one side
  static Taps shrinking_taps(int64_t from, int64_t to);
  static Taps growing_taps(int64_t from, int64_t to);

  PictureSize from_, to_;
  Taps rows_, columns_;
};

}  // namespace enigma::recordings::gather
