// What two documents differ in, value by value.
#pragma once

#include "db/store.h"
#include "orchestrator/documents/unknown.h"

namespace enigma::documents {

/// `differs[]`: {pointer, a, b} of each value (RFC 6901) that is not the same in both, in the order
/// of the pointers; null where one has none. Lists are compared as wholes.
Json differences(const Json& a, const Json& b);

/// What a run is: its canonical point, which the id is made of, with the names of its sessions,
/// its steps and its placement.
Json point_to_compare(const db::RunRow& run);

}  // namespace enigma::documents
