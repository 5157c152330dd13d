// Linear–nonlinear neurons: a spatio-temporal Gabor filter, a softplus, a mean rate (Jones and
// Palmer 1987; Heeger 1992 for the family). Filters are wide and low in spatial frequency, because
// that is where video of 1/f² power has its variance.
#pragma once

#include "recordings/generate/stream.h"

#include <cstdint>
#include <span>
#include <vector>

namespace enigma::recordings {

struct Neuron {
  int64_t top = 0, left = 0, height = 0, width = 0;  ///< where the filter is not zero
  std::vector<float> filter;                         ///< height × width
  int64_t kernel = 0;                                ///< which of the shared temporal kernels
  double rate = 1;                                   ///< mean spikes per sample
  double explainable_target = 0;  ///< share of variance that the video shall explain
  double running_slope = 0, pupil_slope = 0;
};

std::vector<Neuron> make_population(uint64_t seed, uint64_t session, int64_t neurons);

/// Expected spikes per sample under the video alone, one number per frame: the filter's output
/// standardised over the film, through a softplus whose slope is chosen so that
/// var(rate) / (var(rate) + mean(rate)) is the neuron's target.
std::vector<double> video_rate(const Neuron& neuron, std::span<const uint8_t> film);

}  // namespace enigma::recordings
