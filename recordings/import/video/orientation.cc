#include "recordings/import/video/orientation.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace enigma::recordings::importer::video {
namespace {

constexpr double kOffMax = 2e-4;  // of an axis's length: a hundredth of a degree

// −1, 0 or 1: the part of a unit axis that lies along a side of the screen.
std::optional<int> whole_part(double part, double length) {
  const double nearest = std::round(part / length);
  if (std::abs(part / length - nearest) > kOffMax) { return std::nullopt; }
  return static_cast<int>(nearest);
}

}  // namespace

std::string Orientation::words() const {
  const bool mirrored = a * d - b * c < 0;
  const int degrees = a == 1 ? 0 : b == 1 ? 90 : a == -1 ? 180 : 270;
  std::string text = degrees == 0 ? "" : "turned by " + std::to_string(degrees) + " degrees";
  if (mirrored) { text = "mirrored top to bottom" + (text.empty() ? "" : " and " + text); }
  return text;
}

std::optional<Orientation> orientation_of(std::span<const int32_t, 9> matrix) {
  const double across = std::hypot(matrix[0], matrix[1]), down = std::hypot(matrix[3], matrix[4]);
  if (across == 0 || down == 0) { return std::nullopt; }
  const auto a = whole_part(matrix[0], across), b = whole_part(matrix[1], across);
  const auto c = whole_part(matrix[3], down), d = whole_part(matrix[4], down);
  if (!a || !b || !c || !d || std::abs(*a * *d - *b * *c) != 1) { return std::nullopt; }
  return Orientation{*a, *b, *c, *d};
}

gather::PictureSize turned(const Orientation& orientation, gather::PictureSize stored) {
  if (orientation.swaps_sides()) { return {stored.width, stored.height}; }
  return stored;
}

std::vector<uint8_t> turned(const Orientation& o, gather::PictureSize stored, size_t bytes,
                            std::span<const uint8_t> pixels) {
  const int64_t left = std::min<int64_t>(0, o.a * (stored.width - 1)) +
                       std::min<int64_t>(0, o.c * (stored.height - 1));
  const int64_t top = std::min<int64_t>(0, o.b * (stored.width - 1)) +
                      std::min<int64_t>(0, o.d * (stored.height - 1));
  const int64_t line = turned(o, stored).width;
  std::vector<uint8_t> shown(pixels.size());
  const uint8_t* pixel = pixels.data();
  for (int64_t y = 0; y < stored.height; ++y) {
    for (int64_t x = 0; x < stored.width; ++x, pixel += bytes) {
      const int64_t place = (o.b * x + o.d * y - top) * line + o.a * x + o.c * y - left;
      std::memcpy(shown.data() + static_cast<size_t>(place) * bytes, pixel, bytes);
    }
  }
  return shown;
}

}  // namespace enigma::recordings::importer::video
