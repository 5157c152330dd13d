#include "recordings/gather/area_resize.h"

#include <algorithm>
#include <cmath>

namespace enigma::recordings::gather {
namespace {

constexpr double kSliver = 1e-3;  // less of a pixel than this counts as none

}  // namespace

AreaResize::Taps AreaResize::shrinking_taps(int64_t from, int64_t to) {
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
    if (before > kSliver) { list.push_back({first - 1, static_cast<float>(before / cell)}); }
    for (int64_t s = first; s < last; ++s) { list.push_back({s, static_cast<float>(1 / cell)}); }
    if (after > kSliver) {
      list.push_back({last, static_cast<float>(std::min(std::min(after, 1.0), cell) / cell)});
    }
  }
  return taps;
}

AreaResize::Taps AreaResize::growing_taps(int64_t from, int64_t to) {
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
    if (mix > 0) { list.push_back({source + 1, mix}); }
  }
  return taps;
}

AreaResize::AreaResize(PictureSize from, PictureSize to) : from_(from), to_(to) {
  const bool shrinks = to.height <= from.height && to.width <= from.width;
  const auto taps = shrinks ? shrinking_taps : growing_taps;
  rows_ = taps(from.height, to.height);
  columns_ = taps(from.width, to.width);
}

template <typename T>
std::vector<float> AreaResize::operator()(std::span<const T> pixels, int64_t channels) const {
  if (from_ == to_) { return {pixels.begin(), pixels.end()}; }
  const auto depth = static_cast<size_t>(channels);
  std::vector<float> resized(static_cast<size_t>(to_.height * to_.width) * depth);
  float* place = resized.data();
  for (const auto& rows : rows_) {
    for (const auto& columns : columns_) {
      for (size_t c = 0; c < depth; ++c) {
        float sum = 0;
        for (const Tap& row : rows) {
          for (const Tap& column : columns) {
            const auto pixel = static_cast<size_t>(row.source * from_.width + column.source);
            sum += row.weight * column.weight * static_cast<float>(pixels[pixel * depth + c]);
          }
        }
        *place++ = sum;
      }
    }
  }
  return resized;
}

template std::vector<float> AreaResize::operator()(std::span<const float>, int64_t) const;
template std::vector<float> AreaResize::operator()(std::span<const uint8_t>, int64_t) const;

}  // namespace enigma::recordings::gather
