// For tests: how much of the responses repeats explain, measured from a session's files alone.
#pragma once

#include "recordings/format/session_parts.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace enigma::recordings::generate {

/// Every showing of a test clip, as responses [300 × neurons].
inline std::map<std::string, std::vector<std::vector<double>>> repeats(
    const Session::Impl& session) {
  std::map<std::string, std::vector<std::vector<double>>> found;
  const Sequence& responses = *session.sequence("responses");
  for (size_t i = 0; i < session.screen->trials.size(); ++i) {
    const Trial& trial = session.screen->trials[i];
    if (trial.tier != "test") { continue; }
    std::vector<double> showing;
    for (int64_t f = 0; f < trial.frames; ++f) {
      const std::byte* row = responses.row(session.screen->first_frames[i] + f);
      for (int64_t n = 0; n < responses.signals; ++n) {
        showing.push_back(number_at(row, responses.type, size_t(n)));
      }
    }
    found[trial.stimulus_name].push_back(std::move(showing));
  }
  return found;
}

/// Explainable variance from repeats alone: 1 - (variance between showings of a frame) / (total).
inline double explainable_variance(const Session::Impl& session, size_t neuron) {
  const auto neurons = static_cast<size_t>(session.sequence("responses")->signals);
  double noise = 0, sum = 0, square = 0, frames = 0, samples = 0;
  for (const auto& [clip, showings] : repeats(session)) {
    for (size_t at = neuron; at < showings[0].size(); at += neurons, ++frames) {
      double mean = 0, spread = 0;
      for (const auto& showing : showings) { mean += showing[at] / double(showings.size()); }
      for (const auto& showing : showings) {
        spread += (showing[at] - mean) * (showing[at] - mean);
        sum += showing[at];
        square += showing[at] * showing[at];
        ++samples;
      }
      noise += spread / double(showings.size() - 1);
    }
  }
  const double total = square / samples - (sum / samples) * (sum / samples);
  return 1 - noise / frames / total;
}

}  // namespace enigma::recordings::generate
