// Responses as two-photon imaging gives them: events of 8 Hz frames, brought to 30 Hz.
#pragma once

#include "recordings/generate/stream.h"

#include <cstdint>
#include <span>
#include <vector>

namespace enigma::recordings::generate {

inline constexpr double kScanRate_hz = 8;
/// Deviation of the logarithm of an event's size: the indicator answers each spike unequally.
inline constexpr double kEventSpread = 0.3;

/// Frames of one neuron: frame k gathers the spikes of [k, k + 1) / kScanRate_hz + delay, and its
/// event is their number times a log-normal factor of mean 1. At 30 Hz the events, per sample of
/// 30 Hz, are mixed linearly between the ends of their frames, and so are rates: a response tells
/// of spikes up to 0.125 s after its own time.
class Scan {
 public:
  /// `delay_s`: of the neuron's plane, 0 ≤ delay < one frame.
  Scan(int64_t samples, double sample_rate_hz, double delay_s);

  /// Expected spikes of each frame under `rates` per sample.
  std::vector<double> frames_of(std::span<const double> rates) const;
  /// Spikes of each frame; `times` in samples.
  std::vector<int64_t> count_frames(std::span<const double> times) const;
  /// Events of frames, or their means, at the samples.
  std::vector<double> at_samples(std::span<const double> frames) const;
  /// The variance at the samples of events whose variance is known frame by frame.
  std::vector<double> variance_at_samples(std::span<const double> frames) const;

 private:
  struct Mix {
    size_t before, after;
    double share;  // of `after`
  };
  Mix mix_at(size_t sample) const;

  int64_t samples_, frames_;
  double samples_per_frame_, delay_samples_;
};

/// Number of spikes times a factor, per frame.
std::vector<double> draw_events(Stream stream, std::span<const int64_t> spikes);
/// Variance of a frame's event where spikes have this mean and variance.
double event_variance(double mean, double variance);

}  // namespace enigma::recordings::generate
