// What one step of a point costs, before anything is run: the expectation over masking strategies
// and the session schedule, in closed form from exact counts.
#pragma once

#include "recordings/manifest.h"
#include "sweeps/inputs.h"
#include "sweeps/point.h"

#include <cstdint>
#include <string>
#include <vector>

namespace enigma::sweeps {

/// Expected values over the draw of one window: a lane, uniformly; one of the lane's sessions,
/// uniformly; a strategy by weight. Sessions are dealt to lanes round robin in the point's order.
struct WindowCost {
  double flops = 0;    ///< training FLOPs (3 x forward, attention over all pairs)
  double neurons = 0;  ///< neurons of the session drawn
};

/// Probability of each session (in the point's order) under that schedule; sums to 1.
std::vector<double> session_probabilities(size_t sessions, int64_t lanes);

/// REQUIRES: at least one strategy kept, lanes <= sessions.
WindowCost expected_window(const model::ModelShape& shape,
                           const std::vector<recordings::SessionInfo>& sessions,
                           const std::vector<model::Strategy>& strategies, int64_t lanes);

/// Steps whose FLOPs come nearest to the budget: round(budget / flops_per_step), 0 where half a
/// step is more than the budget, and the largest integer that a double holds where there are more.
int64_t steps_for(double budget_flops, double flops_per_step);

}  // namespace enigma::sweeps
