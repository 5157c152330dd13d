#include "orchestrator/decide/snapshot.h"

namespace enigma::decide {

JobState state_of(const std::vector<Observation>& observations, std::string_view token) {
  for (const Observation& observation : observations) {
    if (observation.token == token) { return observation.state; }
  }
  return Unknown{};
}

std::vector<Watch> watches(const std::vector<db::Run>& runs) {
  std::vector<Watch> all;
  for (const db::Run& run : runs) {
    for (const db::Attempt& attempt : run.attempts) {
      if (!attempt.gone) {
        all.push_back({attempt.executor, run.id, attempt.token, attempt.number,
                       attempt.launcher_pid, attempt.launcher_start_ns,
                       attempt.seen_at.has_value()});
      }
    }
  }
  return all;
}

}  // namespace enigma::decide
