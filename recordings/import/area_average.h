// Pictures made smaller (or larger): each pixel is the mean of the area that it covers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace enigma::recordings {

/// Along one axis: which source pixels each target pixel covers, and how much of each.
struct AreaWeights {
  struct Piece {
    int64_t source;
    float weight;  ///< those of one target sum to 1
  };
  std::vector<std::vector<Piece>> of;  ///< per target pixel
};
AreaWeights area_weights(int64_t from, int64_t to);

/// `source`, height × width × channels bytes, onto rows.of.size() × columns.of.size() × channels,
/// rounded to the nearest level.
void average_area(std::span<const uint8_t> source, int64_t width, int64_t channels,
                  const AreaWeights& rows, const AreaWeights& columns, std::span<uint8_t> out);

}  // namespace enigma::recordings
