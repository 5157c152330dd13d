// Linear–nonlinear neurons: a spatio-temporal Gabor filter, a softplus, a mean rate (Jones and
// Palmer 1987; Heeger 1992 for the family). Filters are wide and low in spatial frequency, because
// that is where video of 1/f² power has its variance. By features: complex cells (energy of a
// quadrature pair: Adelson and Bergen 1985) and divisive surrounds (Cavanaugh et al. 2002).
#pragma once

#include "recordings/generate/features.h"
#include "recordings/generate/stream.h"

#include <cstdint>
#include <span>
#include <vector>

namespace enigma::recordings::generate {

struct Neuron {
  int64_t top = 0, left = 0, height = 0, width = 0;  ///< where the filter is not zero
  std::vector<float> filter;                         ///< height × width
  std::vector<float> quadrature;  ///< the same, a quarter period on; empty = a simple cell
  std::vector<int64_t> surround;  ///< blocks of the contrast map; empty = no surround
  double surround_weight = 0;
  int64_t kernel = 0;             ///< which of the shared temporal kernels
  double rate = 1;                ///< mean spikes per sample
  double explainable_target = 0;  ///< share of variance that the video shall explain
  double running_slope = 0, pupil_slope = 0;
  std::vector<double> latent_slopes;  ///< of the gain, per shared fluctuation
  double drift_slope = 0;             ///< of the gain
  int64_t area = 0;                   ///< index into the features' areas
  double plane_delay_s = 0;           ///< of imaging, below one frame
};

/// Neurons of areas further on are slower and see larger parts of the picture. With no feature on,
/// the population is a function of seed, session and number alone.
std::vector<Neuron> make_population(uint64_t seed, uint64_t session, int64_t neurons,
                                    const Features& features = {});

/// Contrast (root mean square, grey levels) in blocks of 4 × 4 pixels, frame after frame.
std::vector<float> contrast_map(std::span<const uint8_t> film);
inline constexpr int64_t kContrastBlocks = 9 * 16;

/// A neuron's drive before standardisation and delay: the filter's output, or the energy of a
/// complex cell, over 1 + weight × contrast around; one number a frame. `contrast`: the film's
/// map, may be empty where no neuron has a surround.
std::vector<double> drive(const Neuron& neuron, std::span<const uint8_t> film,
                          std::span<const float> contrast);

/// Expected spikes per sample under the video alone, one number per frame: the filter's output
/// standardised over the film, through a softplus whose slope is chosen so that
/// var(rate) / (var(rate) + mean(rate)) is the neuron's target.
std::vector<double> video_rate(const Neuron& neuron, std::span<const uint8_t> film,
                               std::span<const float> contrast = {});

}  // namespace enigma::recordings::generate
