#include "recordings/generate/calcium.h"

#include "recordings/generate/spiking.h"

#include <algorithm>
#include <cmath>

namespace enigma::recordings::generate {

Scan::Scan(int64_t samples, double sample_rate_hz, double delay_s)
    : samples_(samples),
      samples_per_frame_(sample_rate_hz / kScanRate_hz),
      delay_samples_(delay_s * sample_rate_hz) {
  const double frames = (static_cast<double>(samples) - delay_samples_) / samples_per_frame_;
  frames_ = std::max<int64_t>(1, static_cast<int64_t>(std::ceil(frames)));
}

// A sample that two frames share is split between them.
std::vector<double> Scan::frames_of(std::span<const double> rates) const {
  std::vector<double> sums(static_cast<size_t>(frames_));
  const auto frame_at = [&](size_t sample) {
    return std::max(0.0, (static_cast<double>(sample) - delay_samples_) / samples_per_frame_);
  };
  for (size_t t = 0; t < rates.size(); ++t) {
    const double from = frame_at(t), to = frame_at(t + 1);
    const auto first = std::min(static_cast<size_t>(from), sums.size() - 1);
    const double border = std::min(to, static_cast<double>(first + 1));
    sums[first] += rates[t] * (border - from) * samples_per_frame_;
    if (to > border && first + 1 < sums.size()) {
      sums[first + 1] += rates[t] * (to - border) * samples_per_frame_;
    }
  }
  return sums;
}

std::vector<int64_t> Scan::count_frames(std::span<const double> times) const {
  return count_spikes(times, delay_samples_, samples_per_frame_, frames_);
}

// A sample's time is its middle, a frame's event stands at the frame's end.
Scan::Mix Scan::mix_at(size_t sample) const {
  const double place =
      (static_cast<double>(sample) + 0.5 - delay_samples_) / samples_per_frame_ - 1;
  const double inside = std::clamp(place, 0.0, static_cast<double>(frames_ - 1));
  const auto before = static_cast<size_t>(inside);
  const size_t after = std::min(before + 1, static_cast<size_t>(frames_ - 1));
  return {before, after, inside - std::floor(inside)};
}

std::vector<double> Scan::at_samples(std::span<const double> frames) const {
  std::vector<double> samples;
  for (size_t t = 0; t < static_cast<size_t>(samples_); ++t) {
    const Mix mix = mix_at(t);
    samples.push_back(((1 - mix.share) * frames[mix.before] + mix.share * frames[mix.after]) /
                      samples_per_frame_);
  }
  return samples;
}

std::vector<double> Scan::variance_at_samples(std::span<const double> frames) const {
  std::vector<double> samples;
  for (size_t t = 0; t < static_cast<size_t>(samples_); ++t) {
    const Mix mix = mix_at(t);
    const double b = 1 - mix.share, a = mix.share;
    samples.push_back((b * b * frames[mix.before] + a * a * frames[mix.after]) /
                      (samples_per_frame_ * samples_per_frame_));
  }
  return samples;
}

std::vector<double> draw_events(Stream stream, std::span<const int64_t> spikes) {
  std::vector<double> events;
  for (int64_t count : spikes) {
    events.push_back(static_cast<double>(count) *
                     std::exp(kEventSpread * stream.normal() - kEventSpread * kEventSpread / 2));
  }
  return events;
}

double event_variance(double mean, double variance) {
  const double square = std::exp(kEventSpread * kEventSpread);  // mean of the factor's square
  return square * (variance + mean * mean) - mean * mean;
}

}  // namespace enigma::recordings::generate
