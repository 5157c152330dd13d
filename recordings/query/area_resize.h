// Pictures at another size: what OpenCV calls INTER_AREA (resize.cpp, area interpolation).
#pragma once

#include <cstdint>
#include <vector>

namespace enigma::recordings {

struct PictureSize {
  int64_t height = 0, width = 0;
  bool operator==(const PictureSize&) const = default;
};

/// `pixels` (height × width) at size `to`. Where neither side grows, a pixel is the mean of the
/// area that it covers; otherwise a mix of two neighbours along each side.
std::vector<float> area_resize(const std::vector<float>& pixels, PictureSize from, PictureSize to);

}  // namespace enigma::recordings
