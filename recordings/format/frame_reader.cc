#include "recordings/format/frame_reader.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

namespace enigma::recordings {
namespace {

NpyArray opened_again(const std::filesystem::path& path, const NpyArray& known) {
  Parsed<NpyArray> array = open_npy(path);
  if (!array.ok()) { throw std::runtime_error(to_text(array.diagnostics.front())); }
  if (array.value->type != known.type || array.value->shape != known.shape) {
    throw std::runtime_error(path.string() + ": has become another array while it was in use");
  }
  return std::move(*array.value);
}

void to_channels_first(const float* pixels, int64_t area, int64_t channels, std::span<float> out) {
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t p = 0; p < area; ++p) {
      out[static_cast<size_t>(c * area + p)] = pixels[p * channels + c];
    }
  }
}

}  // namespace

size_t FrameReader::pixels() const {
  return static_cast<size_t>(screen_.height * screen_.width * screen_.channels);
}

const NpyArray& FrameReader::opened(int64_t picture) {
  const auto index = static_cast<size_t>(picture);
  if (screen_.pictures[index].data != nullptr) { return screen_.pictures[index]; }
  if (mapped_ != picture) {
    mapped_ = -1;
    file_ = opened_again(screen_.picture_paths[index], screen_.pictures[index]);
    mapped_ = picture;
  }
  return file_;
}

Picture FrameReader::at(int64_t frame) {
  const int64_t trial = trial_of_frame(screen_, frame);
  if (trial < 0) { return {.fill = std::numeric_limits<float>::quiet_NaN()}; }
  const int64_t picture = screen_.picture_of[static_cast<size_t>(trial)];
  if (picture < 0) { return {.fill = screen_.trials[static_cast<size_t>(trial)].fill}; }
  const NpyArray& array = opened(picture);
  const auto within = static_cast<size_t>(frame - screen_.first_frames[static_cast<size_t>(trial)]);
  return {array.data + within * pixels() * bytes_of(array.type), array.type, 0};
}

void FrameReader::read(int64_t frame, std::span<float> out) {
  const Picture picture = at(frame);
  if (picture.pixels == nullptr) {
    std::fill(out.begin(), out.end(), picture.fill);
    return;
  }
  to_float(picture.pixels, picture.type, out);
  if (screen_.channels == 1) { return; }
  const std::vector<float> pixels(out.begin(), out.end());
  to_channels_first(pixels.data(), screen_.height * screen_.width, screen_.channels, out);
}

void FrameReader::expect(int64_t first, int64_t last) {
  for (int64_t trial = trial_of_frame(screen_, first); trial >= 0 && first <= last;
       trial = trial_of_frame(screen_, first)) {
    const int64_t end = screen_.first_frames[static_cast<size_t>(trial) + 1];
    const auto frames = static_cast<size_t>(std::min(last + 1, end) - first);
    const int64_t picture = screen_.picture_of[static_cast<size_t>(trial)];
    if (picture >= 0) {
      const Picture from = at(first);
      opened(picture).mapping.expect(from.pixels, frames * pixels() * bytes_of(from.type));
    }
    first = end;
  }
}

}  // namespace enigma::recordings
