// Runs of a grid of sizes and budgets, sold as a spec's axes make them: every size with every
// budget.
#pragma once

#include "sweeps/law/design/choice.h"

namespace enigma::law {

struct GridCell {
  Eigen::Index candidate = -1;  ///< −1: not to be bought
  bool known = false;           ///< has been submitted already: free, and tells nothing new
  double cost = 0;
};

/// Cells row by row (a size a row, a budget a column).
struct Grid {
  size_t columns = 0;
  std::vector<GridCell> cells;
};

/// One more cell, with all that the product of rows and columns then holds beside what is bought
/// already. Not offered where a cell of the product can neither be bought nor is known.
Offer products(Grid grid);

}  // namespace enigma::law
