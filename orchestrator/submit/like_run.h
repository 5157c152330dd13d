// A run of a sweep as the pattern for others: the sweep's spec and recordings, and its settings.
#pragma once

#include "orchestrator/submit/submission.h"

namespace enigma {

struct LikeRun {
  SweepRequest sweep;       ///< the sweep's spec and recordings
  nlohmann::json settings;  ///< axis → value of the run; null where the run is not known
};

/// REQUIRES: the sweep exists.
LikeRun like_run(const db::Store& store, const std::string& sweep, const std::string& run);

}  // namespace enigma
