// What an invented mouse has beyond linear neurons with Poisson noise; all of it is off by default.
#pragma once

#include "diagnostics/diagnostic.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace enigma::recordings::generate {

struct Features {
  /// Receptive fields that cover most of the picture, and responses that the video explains well:
  /// what small models learn within minutes.
  bool wide = false;
  bool surround = false;           ///< drive divided by the contrast around the receptive field
  double complex = 0;              ///< share of complex cells
  int64_t latents = 0;             ///< slow fluctuations that all neurons of a session share
  bool refractory = false;         ///< spike times with a dead time, kept as the modality `spikes`
  bool calcium = false;            ///< responses as events of 8 Hz frames, brought to 30 Hz
  std::vector<std::string> areas;  ///< neurons lie in these; empty = none is named
  bool drift = false;              ///< baselines that wander over minutes
  double dead = 0;                 ///< share of neurons without a single spike
  double silent = 0;               ///< share of neurons that spike every minute or so
  double missing = 0;              ///< share of sessions that lack eye tracker or treadmill
  bool unequal = false;            ///< sessions of 0.5 to 1.5 times the minutes asked for
};

/// Of each feature that is on, its name (that of the option) and value.
nlohmann::ordered_json to_json(const Features& features);

/// A diagnostic for every number that is out of range.
std::vector<Diagnostic> range_errors(const Features& features);

}  // namespace enigma::recordings::generate
