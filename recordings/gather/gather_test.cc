// What is gathered is what Session's plain reads give, number by number.
#include "recordings/gather/gather.h"

#include "files/atomic_file.h"
#include "recordings/format/npy.h"
#include "recordings/generate/stream.h"
#include "recordings/shared_recordings.h"
#include "recordings/temporary_folder.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <vector>

namespace enigma::recordings::gather {
namespace {

constexpr int64_t kSignals = 21, kFrames = 40, kHeight = 5, kWidth = 7;

std::string numbers_as(NumberType type, const std::vector<float>& numbers) {
  std::string bytes;
  for (float number : numbers) {
    const uint16_t half = half_of(number);
    const auto grey = static_cast<uint8_t>(std::isnan(number) ? 0 : number);
    const double wide = number;
    const void* from = type == NumberType::f16   ? static_cast<const void*>(&half)
                       : type == NumberType::u8  ? static_cast<const void*>(&grey)
                       : type == NumberType::f64 ? static_cast<const void*>(&wide)
                                                 : static_cast<const void*>(&number);
    bytes.append(static_cast<const char*>(from), bytes_of(type));
  }
  return bytes;
}

/// Random numbers with NaN here and there, 20 s at `rate_hz`.
void write_sequence(const std::filesystem::path& folder, NumberType type, double rate_hz,
                    double start_s, bool shifted) {
  std::filesystem::create_directories(folder / "meta");
  generate::Stream stream(5, {uint64_t(type), uint64_t(shifted)});
  const auto rows = static_cast<int64_t>(20 * rate_hz);
  std::vector<float> numbers;
  for (int64_t i = 0; i < rows * kSignals; ++i) {
    numbers.push_back(i % 97 == 13 ? std::numeric_limits<float>::quiet_NaN()
                                   : static_cast<float>(stream.uniform(0, 250)));
  }
  if (type == NumberType::u8) {
    std::replace_if(
        numbers.begin(), numbers.end(), [](float x) { return std::isnan(x); }, 9.0f);
  }
  write_atomically(folder / "data.mem", numbers_as(type, numbers));
  write_atomically(
      folder / "meta.yml",
      fmt::format("modality: sequence\nstart_time: {}\nend_time: {}\nsampling_rate: {}\n"
                  "n_signals: {}\nn_timestamps: {}\ndtype: {}\nis_mem_mapped: true\n"
                  "phase_shift_per_signal: {}\n",
                  start_s, start_s + 20, rate_hz, kSignals, rows, name_of(type), shifted));
  std::vector<double> shifts;
  for (int64_t i = 0; i < kSignals; ++i) { shifts.push_back(0.013 * double(i) - 0.1); }
  write_atomically(folder / "meta" / "phase_shifts.npy",
                   npy_bytes(NumberType::f64, {kSignals}, shifts.data()));
}

/// A video of `channels`, a blank, and one more picture, on flips at 10 Hz.
void write_screen(const std::filesystem::path& folder, NumberType type, int64_t channels,
                  double start_s) {
  std::filesystem::create_directories(folder / "meta");
  std::filesystem::create_directories(folder / "data");
  generate::Stream stream(6, {uint64_t(type)});
  std::vector<float> pixels;
  for (int64_t i = 0; i < kFrames * kHeight * kWidth * channels; ++i) {
    pixels.push_back(static_cast<float>(stream.below(256)));
  }
  std::vector<int64_t> shape = {kFrames, kHeight, kWidth};
  if (channels > 1) { shape.push_back(channels); }
  const std::string size = channels > 1 ? fmt::format("[{}, {}, {}]", kHeight, kWidth, channels)
                                        : fmt::format("[{}, {}]", kHeight, kWidth);
  write_atomically(folder / "data" / "00000.npy",
                   npy_bytes(type, shape, numbers_as(type, pixels).data()));
  write_atomically(folder / "meta" / "00000.yml",
                   fmt::format("modality: video\nfirst_frame_idx: 0\nnum_frames: {}\n"
                               "image_size: {}\ntier: train\n",
                               kFrames, size));
  write_atomically(folder / "meta" / "00001.yml",
                   fmt::format("modality: blank\nfirst_frame_idx: {}\nimage_size: {}\n"
                               "interleave_value: 118.5\ntier: train\n",
                               kFrames, size));
  std::vector<double> flips_s;
  for (int64_t i = 0; i <= kFrames; ++i) { flips_s.push_back(start_s + double(i) / 10); }
  write_atomically(folder / "timestamps.npy",
                   npy_bytes(NumberType::f64, {kFrames + 1}, flips_s.data()));
  write_atomically(folder / "meta.yml", "modality: screen\n");
}

Session opened(const std::filesystem::path& folder) {
  Parsed<Session> session = Session::open(folder);
  for (const Diagnostic& d : session.diagnostics) { MESSAGE(to_text(d)); }
  REQUIRE(session.ok());
  return std::move(*session.value);
}

bool same(float a, float b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

float scaled(float x, const Scaling& scaling, size_t signal) {
  if (scaling.mean.empty()) { return x; }
  const float y = (x - static_cast<float>(scaling.mean[signal])) *
                  static_cast<float>(1 / scaling.deviation[signal]);
  return std::isnan(y) ? 0.0f : y;
}

Scaling random_scaling(int64_t signals) {
  Scaling scaling;
  generate::Stream stream(8, {});
  for (int64_t i = 0; i < signals; ++i) {
    scaling.mean.push_back(stream.uniform(0, 100));
    scaling.deviation.push_back(stream.uniform(0.5, 60));
  }
  return scaling;
}

std::vector<float> gathered_responses(const Session& session, double start_s,
                                      const WindowRule& rule, std::span<const int64_t> neurons,
                                      const Scaling& scaling) {
  std::vector<float> out(static_cast<size_t>(rule.samples) * neurons.size());
  gather_responses(session, start_s, rule, neurons, {Element::f32, scaling},
                   std::as_writable_bytes(std::span(out)));
  return out;
}

void check_responses(const Session& session, double start_s, const WindowRule& rule) {
  const auto all = static_cast<size_t>(session.neurons());
  std::vector<int64_t> neurons;
  for (size_t i = 0; i < all; ++i) { neurons.push_back(int64_t(i * 8 % all)); }
  neurons.push_back(0);
  neurons.push_back(0);
  std::vector<float> plain(static_cast<size_t>(rule.samples) * all);
  session.read_responses(start_s, rule, plain);
  for (const Scaling& scaling : {Scaling{}, random_scaling(session.neurons())}) {
    const auto out = gathered_responses(session, start_s, rule, neurons, scaling);
    for (size_t k = 0; k < static_cast<size_t>(rule.samples); ++k) {
      for (size_t i = 0; i < neurons.size(); ++i) {
        const auto n = static_cast<size_t>(neurons[i]);
        REQUIRE(same(out[k * neurons.size() + i], scaled(plain[k * all + n], scaling, n)));
      }
    }
  }
}

void check_signals(const Session& session, double start_s, int64_t samples, double rate_hz) {
  std::vector<float> plain(static_cast<size_t>(samples * kSignals)), out(plain.size());
  session.read_sequence("responses", start_s, samples, rate_hz, plain);
  for (const Scaling& scaling : {Scaling{}, random_scaling(kSignals)}) {
    gather_signals(session, "responses", start_s, samples, rate_hz, {Element::f32, scaling},
                   std::as_writable_bytes(std::span(out)));
    for (size_t c = 0; c < size_t(kSignals); ++c) {
      for (size_t k = 0; k < size_t(samples); ++k) {
        REQUIRE(same(out[c * size_t(samples) + k],
                     scaled(plain[k * size_t(kSignals) + c], scaling, c)));
      }
    }
  }
}

void check_video(const Session& session, double start_s, const WindowRule& rule) {
  const auto size = session.video_size();
  const auto area = static_cast<size_t>(size.height * size.width);
  const auto channels = static_cast<size_t>(size.channels), samples = size_t(rule.samples);
  std::vector<float> plain(samples * channels * area), out(plain.size());
  session.read_video(start_s, rule, plain);
  for (const Scaling& scaling : {Scaling{}, random_scaling(size.channels)}) {
    gather_video(session, start_s, rule, {Element::f32, scaling},
                 std::as_writable_bytes(std::span(out)));
    for (size_t c = 0; c < channels; ++c) {
      for (size_t k = 0; k < samples; ++k) {
        for (size_t p = 0; p < area; ++p) {
          REQUIRE(same(out[(c * samples + k) * area + p],
                       scaled(plain[(k * channels + c) * area + p], scaling, c)));
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("gather: responses and signals of every type are those of plain reads, at any time") {
  for (double origin_s : {0.0, 1600000012.345678}) {
    for (bool shifted : {false, true}) {
      for (NumberType type : {NumberType::f16, NumberType::f32, NumberType::f64, NumberType::u8}) {
        const TemporaryFolder folder;
        write_sequence(folder.path() / "responses", type, 12, origin_s, shifted);
        const Session session = opened(folder.path());
        CAPTURE(name_of(type));
        CAPTURE(shifted);
        CAPTURE(origin_s);
        // From before the recording to beyond its end, on rows and between them.
        for (double at_s :
             {-2.0, -0.2, -0.05, 0.0, 0.04, 1.0, 7.0 + 1.0 / 12, 13.37, 18.0, 19.5, 25.0}) {
          check_responses(session, origin_s + at_s, {24, 12, Align::free, {}});
          check_signals(session, origin_s + at_s, 17, 12);
        }
      }
    }
  }
}

TEST_CASE("gather: responses stored at their native rate are held until their next sample") {
  const TemporaryFolder folder;
  write_sequence(folder.path() / "responses", NumberType::f16, 8, 0, false);
  const Session session = opened(folder.path());
  const WindowRule rule{60, 30, Align::free, {}};
  check_responses(session, 3.0, rule);
  check_responses(session, 3.01, rule);
  std::vector<float> out = gathered_responses(session, 4.0, rule, std::vector<int64_t>{2}, {});
  CHECK(out[0] == out[3]);
  CHECK(out[3] != out[4]);  // 8 Hz: the next row stands from 0.125 s on, sample 3.75
}

TEST_CASE("gather: video of one channel and of three, frames, blanks and what is beyond") {
  for (int64_t channels : {1, 3}) {
    for (NumberType type : {NumberType::u8, NumberType::f32, NumberType::f16}) {
      const TemporaryFolder folder;
      write_screen(folder.path() / "screen", type, channels, 3);
      const Session session = opened(folder.path());
      for (double start_s : {1.0, 3.0, 5.55, 6.8, 9.0}) {
        check_video(session, start_s, {11, 10, Align::free, {}});
      }
    }
  }
}

TEST_CASE("gather: eight-bit video and sixteen-bit responses are the float ones, rounded") {
  const TemporaryFolder folder;
  write_sequence(folder.path() / "responses", NumberType::f16, 12, 0, false);
  write_screen(folder.path() / "screen", NumberType::u8, 1, 0);
  const Session session = opened(folder.path());
  const WindowRule rule{20, 12, Align::free, {}};
  std::vector<int64_t> neurons(kSignals);
  std::iota(neurons.rbegin(), neurons.rend(), int64_t{0});
  const auto floats = gathered_responses(session, 1, rule, neurons, {});
  std::vector<uint16_t> halves(floats.size());
  gather_responses(session, 1, rule, neurons, {Element::f16, {}},
                   std::as_writable_bytes(std::span(halves)));
  for (size_t i = 0; i < floats.size(); ++i) {
    if (!std::isnan(floats[i])) { REQUIRE(halves[i] == half_of(floats[i])); }
  }
  gather_responses(session, 1, rule, neurons, {Element::bf16, {}},
                   std::as_writable_bytes(std::span(halves)));
  for (size_t i = 0; i < floats.size(); ++i) { REQUIRE(halves[i] == bfloat_of(floats[i])); }
  std::vector<float> frames(size_t(rule.samples * kHeight * kWidth));
  session.read_video(0.5, rule, frames);
  std::vector<uint8_t> greys(frames.size());
  gather_video(session, 0.5, rule, {Element::u8, {}}, std::as_writable_bytes(std::span(greys)));
  for (size_t i = 0; i < frames.size(); ++i) { REQUIRE(float(greys[i]) == frames[i]); }
}

TEST_CASE("gather: real sessions come out as plain reads give them") {
  const auto shared = shared_recordings("gather: real sessions");
  if (shared.empty()) { return; }
  for (const char* name : {"cori-2016-12-14", "forssmann-2017-11-02"}) {
    const Session session = opened(shared / "steinmetz" / name);
    const WindowRule rule{39, 100, Align::trial, {}};
    const auto starts = session.window_starts_s("train", rule);
    REQUIRE(starts.size() > 50);
    for (size_t i = 0; i < starts.size(); i += 29) {
      check_responses(session, starts[i], rule);
      check_video(session, starts[i], rule);
    }
  }
}

TEST_CASE("gather: a case with a phase shift per signal, as published, comes out alike") {
  const auto shared = shared_recordings("gather: phase shifts");
  if (shared.empty()) { return; }
  const Session session = opened(shared / "experanto-cases" / "dataset-epoch" / "experiment");
  const Modality* responses = nullptr;
  for (const Modality& m : session.modalities()) {
    if (m.name == "responses") { responses = &m; }
  }
  REQUIRE(responses != nullptr);
  for (double at_s : {-0.5, 0.0, 0.31, 2.0, 5.5}) {
    check_responses(session, responses->start_s + at_s, {60, 30, Align::free, {}});
  }
}

}  // namespace enigma::recordings::gather
