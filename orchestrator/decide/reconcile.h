// Compares what the sweeps want with what the world shows and returns what to do now.
// Pure: same arguments, same answer.
#pragma once

#include "db/run.h"
#include "orchestrator/decide/action.h"
#include "orchestrator/decide/policy.h"
#include "orchestrator/decide/snapshot.h"

#include <map>
#include <string>
#include <vector>

namespace enigma::decide {

/// The turn's plan, in order: endings first, then what frees slots, then what takes them.
/// Observations have been applied to the runs before (on_observation).
std::vector<Action> reconcile(const Snapshot& snapshot, const Policy& policy, db::Time now);

/// Slots taken, by pool: of live attempts, and of ended ones that the world still shows.
std::map<std::string, int64_t> slots_used(const Snapshot& snapshot, const Policy& policy);

}  // namespace enigma::decide
