// One recording session of an invented mouse, as a pure function of its settings.
#pragma once

#include "recordings/generate/arousal.h"
#include "recordings/generate/ceiling.h"
#include "recordings/generate/features.h"
#include "recordings/generate/schedule.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace enigma::recordings::generate {

struct MouseSettings {
  uint64_t seed = 0;
  int64_t session = 0;  ///< 0-based
  int64_t animal = 0;   ///< 0-based
  int64_t neurons = 0;
  double minutes = 0;
  Features features = {};
};

struct MouseRecording {
  Schedule schedule;
  std::vector<uint8_t> film;  ///< schedule.clips × kClipFrames frames
  Arousal arousal;
  std::vector<uint16_t> responses;  ///< binary16 numbers, [schedule's frames + 1, neurons]
  std::vector<double> spikes_s;     ///< with a dead time alone: every neuron's, one after the other
  std::vector<int64_t> spike_offsets;  ///< per neuron into spikes_s, and one past the last
  std::vector<int64_t> areas;          ///< per neuron: index into the features' areas
  Ceiling ceiling;
};

/// `neuron_done`, if set, is called after each neuron: it is what takes the time.
MouseRecording record_mouse(const MouseSettings& settings,
                            const std::function<void()>& neuron_done = {});

/// Writes the session as an experanto experiment into `folder`, which must exist and be empty.
void write_mouse(const MouseRecording& recording, const MouseSettings& settings,
                 const std::filesystem::path& folder);

/// What meta.json says of a generated session: its settings, so that a repeat can tell.
nlohmann::ordered_json meta_of(const MouseSettings& settings);
std::string name_of(const MouseSettings& settings);

}  // namespace enigma::recordings::generate
