// Spikes of a neuron whose rate is known: a Poisson process with a dead time after each spike.
#pragma once

#include "recordings/generate/stream.h"

#include <cstdint>
#include <span>
#include <vector>

namespace enigma::recordings::generate {

inline constexpr double kDeadTime_s = 0.002;

/// Spike times in samples (rising) under `rates`, expected spikes per sample. After each spike the
/// neuron is silent for `dead` samples, and its hazard is raised by what that takes, so that the
/// expected count stays the rate.
std::vector<double> draw_spikes(Stream stream, std::span<const double> rates, double dead);

/// Spikes in each of `bins` bins of `width` samples, the first of which starts at `from`.
std::vector<int64_t> count_spikes(std::span<const double> times, double from, double width,
                                  int64_t bins);

/// Variance of the count in a bin of the steady rate `mean`; `dead` in bins (Cox, Renewal Theory,
/// 1962, section 4.5).
double count_variance(double mean, double dead);

}  // namespace enigma::recordings::generate
