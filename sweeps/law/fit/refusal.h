// When the data cannot carry a fit: every door says it in the same words.
#pragma once

#include "sweeps/law/minimize/objective.h"
#include "sweeps/law/table/table.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace enigma::law {

/// The data cannot carry the fit (exit code 7).
class FitRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws FitRefused for fewer than `needed` rows (`who` needs them: "a curve needs"), for losses
/// that are all equal, and in log space for a loss that has no logarithm.
void refuse_rows(const std::vector<Row>& rows, int needed, const std::string& who, Space space);

}  // namespace enigma::law
