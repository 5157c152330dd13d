// The envelope of the runs (Hoffmann et al. 2022, approach 1): those that no other beats for their
// compute, and the power laws through them.
#pragma once

#include "sweeps/law/frontier/power_line.h"
#include "sweeps/law/minimize/bootstrap.h"
#include "sweeps/law/minimize/objective.h"
#include "sweeps/law/table/table.h"

#include <vector>

namespace enigma::law {

struct Envelope {
  std::vector<size_t> rows;             ///< indices of the runs on the envelope, by compute
  std::optional<PowerLine> n, d, loss;  ///< of those runs against C
  Interval a, b;                        ///< exponents of n and d, over resampled rows
  std::optional<double> a_se, b_se;
  int resamples = 0, converged = 0;  ///< resamples whose envelope has a line
};

/// The lower convex hull of loss (or its log, by `space`) over log C, down to the lowest loss; of
/// it the runs for which smaller and larger sizes were run at about the same compute (within a
/// factor of 1.5): the size of any other is a choice, not an optimum. Rows need n, c and loss.
/// Lines through them by least squares of logs; intervals by resampling rows or clusters.
Envelope envelope(const std::vector<Row>& rows, Space space, const BootstrapPlan& plan,
                  uint64_t seed, double level);

}  // namespace enigma::law
