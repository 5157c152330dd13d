// Runs as an aligned table for people.
#pragma once

#include "orchestrator/documents/status.h"

#include <functional>
#include <string>
#include <vector>

namespace enigma::documents {

/// Paints a padded cell of a row and column; the head is row 0.
using Paint = std::function<std::string(size_t row, size_t column, const std::string& cell)>;

/// size, session subset, budget, state, steps, train loss, test loss, MFU, share of time waiting
/// for data, wall time; "-" where unknown. With `color`, states in terminal colours.
std::string run_table(const std::vector<RunView>& runs, bool color = false);

/// Cells padded to columns: the first column to the left, the others to the right.
std::string aligned(const std::vector<std::vector<std::string>>& rows, const Paint& paint = {});

}  // namespace enigma::documents
