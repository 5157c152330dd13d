// What a point of the brain model costs: a window's FLOPs in expectation, parameters, memory, data.
#pragma once

#include "sweeps/family.h"

#include <vector>

namespace enigma::sweeps {

/// See Family::cost.
Parsed<TrainingCost> brain_cost(const Spec& spec, const SweepPoint& point,
                                const std::vector<recordings::SessionInfo>& sessions);

/// Windows of a tier of a session.
int64_t windows_of(const recordings::SessionInfo& session, const std::string& tier);

}  // namespace enigma::sweeps
