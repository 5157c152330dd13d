// One chunk: its times in whole steps of 10^-precision seconds, its values, normalised.
#include "recordings/format/problem.h"
#include "recordings/query/chunks.h"

#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

namespace enigma::recordings::query {
namespace {

// Whole ticks of 10^-precision seconds, halves to even; nothing where 64 bits do not hold them.
std::optional<int64_t> ticks(double value) {
  constexpr double kEnd = 0x1p63;
  if (!(value >= -kEnd && value < kEnd)) { return std::nullopt; }
  return std::llrint(value);
}

// Integers, because sums of rounded times would depend on their order. Nothing where a time does
// not fit into 64 bits, or where a sample is shorter than a tick.
std::optional<std::vector<double>> times_of(const ChunkModality& modality, double start_s,
                                            int64_t precision) {
  const double scale = std::pow(10.0, static_cast<double>(precision));
  const auto start = ticks(start_s * scale), offset = ticks(modality.offset_s * scale);
  const auto step = ticks(1.0 / modality.rate_hz * scale);
  int64_t first = 0;
  if (!start || !offset || !step || *step == 0 || __builtin_add_overflow(*start, *offset, &first)) {
    return std::nullopt;
  }
  std::vector<double> times_s;
  for (int64_t k = 0; k < modality.samples; ++k) {
    int64_t time = 0;
    if (__builtin_mul_overflow(k, *step, &time) || __builtin_add_overflow(first, time, &time)) {
      return std::nullopt;
    }
    times_s.push_back(static_cast<double>(time) / scale);
  }
  return times_s;
}

Diagnostic unfit_precision(const ChunkDevice& device, double start_s, int64_t precision) {
  return problem_in(device.folder, "/args/interpolate_precision",
                    "times of this chunk cannot be counted in decimal places of a second",
                    "places that tell two samples of " + shown(device.config.rate_hz) +
                        " Hz apart and that 64 bits hold at " + shown(start_s) + " s",
                    std::to_string(precision));
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
  for (double t_s : times_s) { since.push_back(static_cast<float>(t_s - origin_s)); }
  store(answer, since);
  return answer;
}

// The published conversion takes 8-bit numbers for grey levels, and makes them 0 to 1.
void scale_bytes(Answer& answer) {
  if (answer.type != NumberType::u8) { return; }
  std::vector<float> values(static_cast<size_t>(answer.elements()));
  to_float(answer.bytes.data(), answer.type, values);
  for (float& value : values) { value /= 255; }
  answer.type = NumberType::f32;
  store(answer, values);
}

// [T, H, W] or [T, H, W, C] to [C, T, H, W].
void channels_first(Answer& answer) {
  const std::vector<int64_t> shape = answer.shape;
  const int64_t channels = shape.size() == 4 ? shape[3] : 1;
  answer.shape = {channels, shape[0], shape[1], shape[2]};
  if (channels == 1) { return; }
  const auto pixels = static_cast<size_t>(shape[0] * shape[1] * shape[2]);
  const auto count = static_cast<size_t>(channels);
  std::vector<float> from(pixels * count), to(pixels * count);
  if (!from.empty()) { std::memcpy(from.data(), answer.bytes.data(), answer.bytes.size()); }
  for (size_t p = 0; p < pixels; ++p) {
    for (size_t c = 0; c < count; ++c) { to[c * pixels + p] = from[p * count + c]; }
  }
  store(answer, to);
}

}  // namespace

Parsed<std::map<std::string, Answer>> read_chunk(const Chunks& chunks, int64_t index) {
  const auto length = static_cast<int64_t>(chunks.start_indices.size());
  if (index < 0 || index >= length) {
    return {std::nullopt,
            {problem_in(chunks.find("screen")->folder.parent_path(), "--samples",
                        "there is no such chunk", "0 to " + std::to_string(length - 1),
                        std::to_string(index))}};
  }
  std::map<std::string, Answer> tensors;
  std::vector<Diagnostic> warnings;
  const double start_s = chunks.grid.at(chunks.start_indices[static_cast<size_t>(index)]);
  const ChunkDevice* origin =
      chunks.config.normalize_timestamps ? chunks.find("responses") : nullptr;
  for (const ChunkDevice& device : chunks.devices) {
    const auto times = times_of(device.config, start_s, chunks.config.precision);
    if (!times) {
      return {std::nullopt, {unfit_precision(device, start_s, chunks.config.precision)}};
    }
    const std::vector<double>& times_s = *times;
    if (chunks.config.gives("timestamps")) {
      tensors["timestamps." + device.config.name] = timestamps(times_s, origin);
    }
    Parsed<Answer> answer = ask(device.device, times_s);
    if (!answer.ok()) { return {std::nullopt, std::move(answer.diagnostics)}; }
    warnings.insert(warnings.end(), answer.value->warnings.begin(), answer.value->warnings.end());
    if (!chunks.config.gives(device.config.name)) { continue; }
    scale_bytes(*answer.value);
    if (device.normalization) { normalize(*device.normalization, *answer.value); }
    if (std::holds_alternative<ScreenDevice>(device.device)) { channels_first(*answer.value); }
    tensors[device.config.name] = std::move(*answer.value);
  }
  return {std::move(tensors), std::move(warnings)};
}

}  // namespace enigma::recordings::query
