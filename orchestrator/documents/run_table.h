// Runs as an aligned table for people.
#pragma once

#include "orchestrator/documents/status.h"

#include <string>
#include <vector>

namespace enigma::documents {

/// size, session subset, budget, state, steps, train loss, test loss, MFU, share of time waiting
/// for data, wall time; "-" where unknown.
std::string run_table(const std::vector<RunView>& runs);

/// Cells padded to columns: the first column to the left, the others to the right.
std::string aligned(const std::vector<std::vector<std::string>>& rows);

}  // namespace enigma::documents
