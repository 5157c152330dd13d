// Runs as an aligned table for people.
#pragma once

#include "orchestrator/documents/columns.h"
#include "orchestrator/documents/status.h"

#include <string>
#include <vector>

namespace enigma::documents {

/// size, session subset, budget, state, steps, train loss, test loss, wall time, MFU, share of time
/// waiting for data; "-" where unknown. At most kColumns wide: long names of sizes and subsets are
/// cut. With `color`, states in terminal colors.
std::string run_table(const std::vector<RunView>& runs, bool color = false);

/// A loss with four decimals, a large one with three digits; "-" where unknown.
std::string loss_text(const Json& loss);

}  // namespace enigma::documents
