// Recordings made by hand for tests: what inspect() would tell of a few mouse sessions.
#pragma once

#include "recordings/manifest.h"

#include <string>

namespace enigma::sweeps {

inline recordings::SessionInfo a_session(const std::string& name, int64_t neurons, double seconds) {
  recordings::SessionInfo session;
  session.name = name;
  session.path = "recordings/" + name;
  session.species = "mouse";
  session.animal = name.substr(0, 2);
  session.neurons = neurons;
  session.seconds = seconds;
  session.modalities = {{"responses", recordings::ModalityKind::sequence, 30, neurons, 0, seconds},
                        {"screen", recordings::ModalityKind::screen, 0, 36 * 64, 0, seconds},
                        {"eye_tracker", recordings::ModalityKind::sequence, 20, 4, 0, seconds},
                        {"treadmill", recordings::ModalityKind::sequence, 100, 1, 0, seconds}};
  session.tiers["train"] = {10, seconds * 0.8, static_cast<int64_t>(seconds * 0.4)};
  session.tiers["test"] = {2, seconds * 0.2, static_cast<int64_t>(seconds * 0.1)};
  session.digest = "digest of " + name;
  session.video_channels = 1;
  session.video_height = 36;
  session.video_width = 64;
  session.trial_seconds_median = 10;
  return session;
}

/// m1-a (100 neurons), m1-b (80), m2-a (120), each ten minutes of video and behaviour.
inline recordings::Manifest some_recordings() {
  recordings::Manifest manifest;
  manifest.data = "recordings";
  manifest.sessions = {a_session("m1-a", 100, 600), a_session("m1-b", 80, 600),
                       a_session("m2-a", 120, 600)};
  return manifest;
}

}  // namespace enigma::sweeps
