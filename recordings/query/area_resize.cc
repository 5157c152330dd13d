#include "recordings/query/area_resize.h"

#include <algorithm>
#include <cmath>

namespace enigma::recordings {
namespace {

constexpr double kSliver = 1e-3;  // less of a pixel than this counts as none

struct Tap {
  int64_t source;
  float weight;
};
using Taps = std::vector<std::vector<Tap>>;  // per target pixel of one side

Taps shrinking_taps(int64_t from, int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  Taps taps(static_cast<size_t>(to));
  for (int64_t target = 0; target < to; ++target) {
    auto& list = taps[static_cast<size_t>(target)];
    const double begin = static_cast<double>(target) * scale;
    const double end = begin + scale;
    const double cell = std::min(scale, static_cast<double>(from) - begin);
    const int64_t last = std::min(static_cast<int64_t>(std::floor(end)), from - 1);
    const int64_t first = std::min(static_cast<int64_t>(std::ceil(begin)), last);
    const double before = static_cast<double>(first) - begin;
    const double after = end - static_cast<double>(last);
    if (before > kSliver) list.push_back({first - 1, static_cast<float>(before / cell)});
    for (int64_t s = first; s < last; ++s) list.push_back({s, static_cast<float>(1 / cell)});
    if (after > kSliver)
      list.push_back({last, static_cast<float>(std::min(std::min(after, 1.0), cell) / cell)});
  }
  return taps;
}

Taps growing_taps(int64_t from, int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double inverse = static_cast<double>(to) / static_cast<double>(from);
  Taps taps(static_cast<size_t>(to));
  for (int64_t target = 0; target < to; ++target) {
    auto source = static_cast<int64_t>(std::floor(static_cast<double>(target) * scale));
    auto mix = static_cast<float>(static_cast<double>(target + 1) -
                                  static_cast<double>(source + 1) * inverse);
    mix = mix <= 0 ? 0 : mix - std::floor(mix);
    if (source >= from - 1) {
      source = from - 1;
      mix = 0;
    }
    auto& list = taps[static_cast<size_t>(target)];
    list.push_back({source, 1 - mix});
    if (mix > 0) list.push_back({source + 1, mix});
  }
  return taps;
}

}  // namespace

std::vector<float> area_resize(const std::vector<float>& pixels, PictureSize from, PictureSize to) {
  if (from == to) return pixels;
  const bool shrinks = to.height <= from.height && to.width <= from.width;
  const Taps rows =
      shrinks ? shrinking_taps(from.height, to.height) : growing_taps(from.height, to.height);
  const Taps columns =
      shrinks ? shrinking_taps(from.width, to.width) : growing_taps(from.width, to.width);
  std::vector<float> resized(static_cast<size_t>(to.height * to.width));
  for (size_t y = 0; y < rows.size(); ++y)
    for (size_t x = 0; x < columns.size(); ++x) {
      float sum = 0;
      for (const Tap& row : rows[y])
        for (const Tap& column : columns[x])
          sum += row.weight * column.weight *
                 pixels[static_cast<size_t>(row.source * from.width + column.source)];
      resized[y * columns.size() + x] = sum;
    }
  return resized;
}

}  // namespace enigma::recordings
