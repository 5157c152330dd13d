// The sessions of a point, opened and checked: where windows come from.
#pragma once

#include "model/shape/shape.h"
#include "recordings/session.h"
#include "sweeps/point.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace enigma::worker {

/// z-score of one input: (x − mean) / deviation, per channel.
struct Scaling {
  std::vector<double> mean, deviation;
};

struct CorpusSession {
  sweeps::SessionRef ref;
  recordings::Session session;
  std::vector<double> starts_s;  ///< windows that a training step may draw
  bool evaluated = false;        ///< trains on tier `train` alone
  Scaling video;                 ///< one entry per channel; empty = no video
  Scaling behavior;              ///< all behaviour channels in order; empty = none
};

/// What of a recording is used, and its shape; the same for every session of a point.
struct Inputs {
  model::WindowShape window;
  std::vector<std::string> behavior;  ///< sequence modalities, channels in this order
  double behavior_rate_hz = 0;
};

struct Corpus {
  recordings::WindowRule rule;
  Inputs inputs;
  std::vector<CorpusSession> sessions;  ///< in the point's order
  std::vector<size_t> evaluated;        ///< indices of the evaluation sessions
};

/// Opens every session below `data`, in the point's order. Throws Ending: exit code 65 with every
/// diagnostic where one is missing, unreadable, without windows, or other than the point says;
/// 64 where an evaluation session is not trained on, or lanes outnumber sessions.
Corpus open_corpus(const sweeps::Point& point, const std::filesystem::path& data);

/// The targets of every published strategy family end the window: samples [from, W).
int64_t first_target_sample(int64_t samples);

}  // namespace enigma::worker
