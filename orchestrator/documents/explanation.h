// The document `explain`: why a run is not running, and what its identity is made of.
#pragma once

#include "db/store.h"
#include "orchestrator/documents/unknown.h"

#include <optional>
#include <string>

namespace enigma::documents {

/// Nothing where there is no such run. `why` comes from the conditions that decide, with the slots
/// of the store's controller; no `slots` = there is no controller, and that is what a run waits
/// for.
std::optional<Json> explanation(const db::Store& store, const std::string& run,
                                std::optional<int64_t> slots, db::Time now);

}  // namespace enigma::documents
