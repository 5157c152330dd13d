// The document `nodes`: how attempts have ended on each node of a cluster lately.
#pragma once

#include "db/store.h"
#include "orchestrator/decide/policy.h"
#include "orchestrator/documents/unknown.h"

namespace enigma::documents {

/// `nodes[]{name, state, failures, excluded}`, by name; state: ok, failing, or excluded.
Json nodes(const db::Store& store, const decide::NodeRules& rules, db::Time now);

}  // namespace enigma::documents
