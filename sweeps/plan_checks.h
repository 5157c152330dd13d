// What can be wrong with a sweep on its recordings, each question a function of its own.
#pragma once

#include "sweeps/plan.h"
#include "sweeps/sessions.h"
#include "sweeps/training_cost.h"

#include <map>
#include <string>
#include <vector>

namespace enigma::sweeps {

/// Every session of a training set needs windows to train on, every evaluation session windows to
/// be scored on.
std::vector<Diagnostic> check_windows(const Spec& spec, const SessionSets& sets,
                                      const recordings::Manifest& manifest);

/// Evaluation strategies that a session cannot carry are left out there; one must remain.
/// `sessions` are the evaluation sessions of `point`.
std::vector<Diagnostic> check_evaluation(const Spec& spec, const Point& point,
                                         const std::vector<recordings::SessionInfo>& sessions);

/// Modalities that scores hide and training never does → a warning.
std::map<std::string, Diagnostic> check_absences(const Spec& spec, const SweepPoint& point,
                                                 const TrainingCost& cost,
                                                 const recordings::SessionInfo& session);

/// Whole steps must come near the budget, and hold warm-up and decay.
std::vector<Diagnostic> check_steps(const Spec& spec, const PlannedPoint& planned);

}  // namespace enigma::sweeps
