// What the points with the same size, sessions, strategies and lanes share: the cost of a window,
// the parameters, the memory, and the data there is.
#pragma once

#include "sweeps/cost.h"
#include "sweeps/expand.h"
#include "sweeps/inputs.h"
#include "sweeps/spec.h"

#include <vector>

namespace enigma::sweeps {

struct TrainingCost {
  model::ModelShape shape;
  WindowCost window;
  StrategyChoice strategies;
  model::ParameterCounts params;
  int64_t memory_bytes = 0;
  int64_t windows_unique = 0;  ///< disjoint training windows of all sessions
  double neuron_seconds = 0;   ///< neurons x seconds in them
};

/// Equal for the points that share a cost.
std::string cost_key(const nlohmann::json& canonical);

/// Of a point that trains on `sessions`, in its order. No value, with the reasons at their places
/// in the spec, where it cannot be trained.
Parsed<TrainingCost> training_cost(const Spec& spec, const SweepPoint& point,
                                   const std::vector<recordings::SessionInfo>& sessions);

/// Windows of a tier of a session.
int64_t windows_of(const recordings::SessionInfo& session, const std::string& tier);

}  // namespace enigma::sweeps
