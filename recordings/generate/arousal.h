// The animal's state while it watches: bouts of running, a pupil that follows arousal, eye
// position.
#pragma once

#include "recordings/generate/stream.h"

#include <cstdint>
#include <vector>

namespace enigma::recordings::generate {

inline constexpr double kBehaviourRate_hz = 20;

struct Arousal {
  std::vector<float> speed_dm_per_s;  ///< ≥ 0, bouts; at kBehaviourRate_hz
  std::vector<float> pupil;           ///< relative diameter, mean about 0, deviation about 1
  std::vector<float> pupil_change;    ///< its derivative per second
  std::vector<float> eye_x, eye_y;    ///< relative position, deviation about 1, saccades
};

Arousal make_arousal(Stream stream, int64_t samples);

/// Multiplier of every rate at sample i; `running` and `pupil` are a neuron's two slopes.
double gain(const Arousal& arousal, int64_t sample, double running, double pupil);

}  // namespace enigma::recordings::generate
