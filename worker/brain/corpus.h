// The sessions of a point, opened and checked: where windows come from.
#pragma once

#include "recordings/format/session.h"
#include "recordings/gather/gather.h"
#include "sweeps/inputs.h"
#include "sweeps/point.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace enigma::worker {

struct CorpusSession {
  sweeps::SessionRef ref;
  recordings::SessionInfo info;
  recordings::Session session;
  std::vector<double> starts_s;                       ///< windows that a training step may draw
  bool evaluated = false;                             ///< trains on tier `train` alone
  recordings::gather::Scaling video;                  ///< one entry per channel; empty = no video
  std::vector<recordings::gather::Scaling> behavior;  ///< per modality of inputs.behavior
};

struct Corpus {
  recordings::WindowRule rule;
  sweeps::Inputs inputs;
  std::vector<CorpusSession> sessions;  ///< in the point's order
  std::vector<size_t> evaluated;        ///< indices of the evaluation sessions
};

/// Opens every session below `data`, in the point's order. Throws Ending: exit code 65 with every
/// diagnostic where one is missing, unreadable, without windows, or other than the point says;
/// 64 where an evaluation session is not trained on, or lanes outnumber sessions.
Corpus open_corpus(const sweeps::Point& point, const std::filesystem::path& data);

/// `inspect`'s view of every session, in the same order.
std::vector<recordings::SessionInfo> infos_of(const Corpus& corpus);

/// The targets of every published strategy family end the window: samples [from, W).
int64_t first_target_sample(int64_t samples);

}  // namespace enigma::worker
