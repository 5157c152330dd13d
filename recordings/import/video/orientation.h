// How a film is to be turned before it is shown: a container's display matrix.
#pragma once

#include "recordings/gather/area_resize.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace enigma::recordings::importer::video {

/// One of the eight ways in which a picture's sides can lie on the screen's: a stored pixel (x, y)
/// is shown at (a·x + c·y, b·x + d·y), from the corner that this leaves at the top left.
struct Orientation {
  int a = 1, b = 0, c = 0, d = 1;

  bool is_upright() const { return a == 1 && d == 1; }
  bool swaps_sides() const { return a == 0; }
  /// "turned by 90 degrees", "mirrored", or both; degrees are clockwise.
  std::string words() const;
};

/// Of a matrix in FFmpeg's order (a b u, c d v, x y w; 16.16). Nothing where its sides do not lie
/// on the screen's within a hundredth of a degree.
std::optional<Orientation> orientation_of(std::span<const int32_t, 9> matrix);

gather::PictureSize turned(const Orientation& orientation, gather::PictureSize stored);
/// Packed pixels of `bytes` each, height × width of `stored`.
std::vector<uint8_t> turned(const Orientation& orientation, gather::PictureSize stored,
                            size_t bytes, std::span<const uint8_t> pixels);

}  // namespace enigma::recordings::importer::video
