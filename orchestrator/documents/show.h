// The document `show`: one run with its point, attempts, checkpoints, evaluations and events.
#pragma once

#include "db/store.h"
#include "orchestrator/documents/unknown.h"

#include <optional>
#include <string>

namespace enigma::documents {

/// Nothing where there is no such run.
std::optional<Json> show(const db::Store& store, const std::string& run);

}  // namespace enigma::documents
