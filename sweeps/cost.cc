#include "sweeps/cost.h"

#include "diagnostics/check.h"

#include <algorithm>
#include <cmath>

namespace enigma::sweeps {
namespace {

/// Mean training FLOPs of one window of a session, over strategies by weight.
double mean_flops(const model::ModelShape& shape, int64_t neurons,
                  const std::vector<model::Strategy>& strategies) {
  double flops = 0, weights = 0;
  for (const model::Strategy& strategy : strategies) {
    const auto resolution = model::resolve(strategy, shape, neurons);
    ENIGMA_CHECK(resolution.strategy, "strategies were chosen for these sessions");
    flops += strategy.weight * model::count_flops(*resolution.strategy, shape, neurons).training();
    weights += strategy.weight;
  }
  return flops / weights;
}

}  // namespace

std::vector<double> session_probabilities(size_t sessions, int64_t lanes) {
  const auto lane_count = static_cast<size_t>(lanes);
  ENIGMA_CHECK(lanes > 0 && lane_count <= sessions, "every lane has a session");
  std::vector<double> probabilities(sessions);
  for (size_t i = 0; i < sessions; ++i) {
    const size_t lane = i % lane_count;
    const size_t in_lane = (sessions - lane + lane_count - 1) / lane_count;
    probabilities[i] = 1.0 / static_cast<double>(lane_count * in_lane);
  }
  return probabilities;
}

WindowCost expected_window(const model::ModelShape& shape,
                           const std::vector<recordings::SessionInfo>& sessions,
                           const std::vector<model::Strategy>& strategies, int64_t lanes) {
  const std::vector<double> probabilities = session_probabilities(sessions.size(), lanes);
  WindowCost cost;
  for (size_t i = 0; i < sessions.size(); ++i) {
    const double flops = mean_flops(shape, kept_neurons(shape, sessions[i]), strategies);
    cost.flops += probabilities[i] * flops;
    cost.neurons += probabilities[i] * static_cast<double>(sessions[i].neurons);
  }
  return cost;
}

int64_t steps_for(double budget_flops, double flops_per_step) {
  const double steps = std::round(budget_flops / flops_per_step);
  return static_cast<int64_t>(std::clamp(steps, 0.0, 9007199254740992.0));
}

}  // namespace enigma::sweeps
