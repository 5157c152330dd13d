// What a turn looks at: the live runs as remembered, the world as just observed.
#pragma once

#include "db/run.h"
#include "orchestrator/decide/ceiling.h"
#include "orchestrator/decide/executor.h"
#include "orchestrator/decide/queue_limit.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::decide {

struct Snapshot {
  std::vector<db::Run> runs;              ///< not settled, sorted by id
  std::vector<Observation> observations;  ///< of this turn
  std::vector<std::string> tokens;        ///< fresh, never used: one for each possible submission
  /// Since when this controller has been looking without a gap (its start; a jump of the clock).
  /// Nobody is called silent for a time in which nobody listened.
  db::Time watching_since = 0;
  QueueLimits limits = {};                          ///< of executors that have refused runs
  std::vector<Account> accounts = {};               ///< of the sweeps that have a ceiling
  std::map<std::string, std::string> stopped = {};  ///< by stop rules: run → why
};

/// What the world shows of a token; Unknown where it was not mentioned.
JobState state_of(const std::vector<Observation>& observations, std::string_view token);

/// The attempts whose state matters: live ones, and ended ones whose end nobody has seen.
std::vector<Watch> watches(const std::vector<db::Run>& runs);

}  // namespace enigma::decide
