// One chunk: its times in whole steps of 10^-precision seconds, its values, normalised.
#include "recordings/problem.h"
#include "recordings/query/chunks.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace enigma::recordings {
namespace {

// Bounds within which a chunk's times stay integers of 64 bits.
constexpr double kTicksMax = 9e15, kStepMax = 4e11;

int64_t ticks(double value, double most) {
  return std::llrint(std::clamp(value, -most, most));
}

// Integers, because sums of rounded times would depend on their order; halves go to even.
std::vector<double> times_of(const ChunkModality& modality, double start_s, int64_t precision) {
  const double scale = std::pow(10.0, static_cast<double>(precision));
  const int64_t start =
      ticks(start_s * scale, kTicksMax) + ticks(modality.offset_s * scale, kTicksMax);
  const int64_t step = ticks(1.0 / modality.rate_hz * scale, kStepMax);
  std::vector<double> times_s;
  for (int64_t k = 0; k < modality.samples; ++k)
    times_s.push_back(static_cast<double>(start + k * step) / scale);
  return times_s;
}

Answer timestamps(const std::vector<double>& times_s, const ChunkDevice* responses) {
  Answer answer;
  answer.shape = {static_cast<int64_t>(times_s.size())};
  if (responses == nullptr) {
    answer.type = NumberType::f64;
    store(answer, times_s);
    return answer;
  }
  const double origin_s = clock_of(responses->device).start_s;
  std::vector<float> since;
  for (double t_s : times_s) since.push_back(static_cast<float>(t_s - origin_s));
  store(answer, since);
  return answer;
}

// The published conversion takes 8-bit numbers for grey levels, and makes them 0 to 1.
void scale_bytes(Answer& answer) {
  if (answer.type != NumberType::u8) return;
  std::vector<float> values(static_cast<size_t>(answer.elements()));
  to_float(answer.bytes.data(), answer.type, values);
  for (float& value : values) value /= 255;
  answer.type = NumberType::f32;
  store(answer, values);
}

// [T, H, W] or [T, H, W, C] to [C, T, H, W].
void channels_first(Answer& answer) {
  const std::vector<int64_t> shape = answer.shape;
  const int64_t channels = shape.size() == 4 ? shape[3] : 1;
  answer.shape = {channels, shape[0], shape[1], shape[2]};
  if (channels == 1) return;
  const auto pixels = static_cast<size_t>(shape[0] * shape[1] * shape[2]);
  const auto count = static_cast<size_t>(channels);
  std::vector<float> from(pixels * count), to(pixels * count);
  if (!from.empty()) std::memcpy(from.data(), answer.bytes.data(), answer.bytes.size());
  for (size_t p = 0; p < pixels; ++p)
    for (size_t c = 0; c < count; ++c) to[c * pixels + p] = from[p * count + c];
  store(answer, to);
}

}  // namespace

Parsed<std::map<std::string, Answer>> read_chunk(const Chunks& chunks, int64_t index) {
  const auto length = static_cast<int64_t>(chunks.start_indices.size());
  if (index < 0 || index >= length)
    return {std::nullopt,
            {problem_in(chunks.find("screen")->folder.parent_path(), "--samples",
                        "there is no such chunk", "0 to " + std::to_string(length - 1),
                        std::to_string(index))}};
  std::map<std::string, Answer> tensors;
  std::vector<Diagnostic> warnings;
  const double start_s = chunks.grid.at(chunks.start_indices[static_cast<size_t>(index)]);
  const ChunkDevice* origin =
      chunks.config.normalize_timestamps ? chunks.find("responses") : nullptr;
  for (const ChunkDevice& device : chunks.devices) {
    const std::vector<double> times_s = times_of(device.config, start_s, chunks.config.precision);
    if (chunks.config.gives("timestamps"))
      tensors["timestamps." + device.config.name] = timestamps(times_s, origin);
    Parsed<Answer> answer = ask(device.device, times_s);
    if (!answer.ok()) return {std::nullopt, std::move(answer.diagnostics)};
    warnings.insert(warnings.end(), answer.value->warnings.begin(), answer.value->warnings.end());
    if (!chunks.config.gives(device.config.name)) continue;
    scale_bytes(*answer.value);
    if (device.normalization) normalize(*device.normalization, *answer.value);
    if (std::holds_alternative<ScreenDevice>(device.device)) channels_first(*answer.value);
    tensors[device.config.name] = std::move(*answer.value);
  }
  return {std::move(tensors), std::move(warnings)};
}

}  // namespace enigma::recordings
