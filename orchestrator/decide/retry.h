// Again or never: the retry rules by class of failure.
#pragma once

#include "db/run.h"
#include "orchestrator/decide/policy.h"

#include <optional>

namespace enigma::decide {

/// When to try again after a failure of this class, the run's `failures` already counting it.
/// Nothing: the class's tries are used up.
std::optional<db::Time> retry_at(const db::Run& run, protocol::FailureClass failure_class,
                                 const Policy& policy, db::Time now);

}  // namespace enigma::decide
