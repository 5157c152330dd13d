// "Why isn't it running?", answered by the conditions that decide.
#pragma once

#include "db/run.h"
#include "orchestrator/decide/policy.h"
#include "orchestrator/decide/snapshot.h"

#include <string>

namespace enigma::decide {

/// "in the queue (Priority)": what a run's `why` says while its job waits.
std::string text_of(const Waiting& waiting);

/// Why a run isn't running (or why it has ended), in words; by the conditions that decide.
std::string explain(const db::Run& run, const Snapshot& snapshot, const Policy& policy,
                    db::Time now);

}  // namespace enigma::decide
