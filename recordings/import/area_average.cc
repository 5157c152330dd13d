#include "recordings/import/area_average.h"

#include <algorithm>
#include <cmath>

namespace enigma::recordings {

AreaWeights area_weights(int64_t from, int64_t to) {
  AreaWeights weights;
  const double step = static_cast<double>(from) / static_cast<double>(to);
  for (int64_t target = 0; target < to; ++target) {
    const double begin = static_cast<double>(target) * step;
    const double end = static_cast<double>(target + 1) * step;
    std::vector<AreaWeights::Piece> pieces;
    for (auto source = static_cast<int64_t>(begin); source < from; ++source) {
      const auto place = static_cast<double>(source);
      const double covered = std::min(end, place + 1) - std::max(begin, place);
      if (covered <= 1e-9 * step) {
        if (place >= end) break;
        continue;
      }
      pieces.push_back({source, static_cast<float>(covered / step)});
    }
    weights.of.push_back(std::move(pieces));
  }
  return weights;
}

void average_area(std::span<const uint8_t> source, int64_t width, int64_t channels,
                  const AreaWeights& rows, const AreaWeights& columns, std::span<uint8_t> out) {
  const auto line = static_cast<size_t>(width * channels);
  const auto depth = static_cast<size_t>(channels);
  std::vector<float> sums(line);
  uint8_t* place = out.data();
  for (const auto& row : rows.of) {
    std::fill(sums.begin(), sums.end(), 0.0f);
    for (const auto& piece : row) {
      const uint8_t* pixels = source.data() + static_cast<size_t>(piece.source) * line;
      for (size_t i = 0; i < line; ++i) sums[i] += piece.weight * static_cast<float>(pixels[i]);
    }
    for (const auto& column : columns.of)
      for (size_t c = 0; c < depth; ++c) {
        float mean = 0;
        for (const auto& piece : column)
          mean += piece.weight * sums[static_cast<size_t>(piece.source) * depth + c];
        *place++ = static_cast<uint8_t>(std::clamp(std::lround(mean), 0L, 255L));
      }
  }
}

}  // namespace enigma::recordings
