// What runs take of: the slots of this machine, or the queue of a scheduler.
#pragma once

#include "db/run.h"
#include "orchestrator/decide/policy.h"

#include <cstdint>
#include <string>

namespace enigma::decide {

/// The pool that an executor's runs share: its own where it has a queue, else the one without a
/// name.
std::string pool_of(const Policy& policy, const std::string& executor);
int64_t size_of(const Policy& policy, const std::string& pool);
/// What a run takes of its executor's pool: its slots, or one place in a queue.
int64_t share_of(const Policy& policy, const db::Run& run);

}  // namespace enigma::decide
