// What can be wrong with a sweep of the brain model on its recordings, each question a function.
#pragma once

#include "sweeps/family.h"
#include "sweeps/inputs.h"

#include <map>
#include <string>
#include <vector>

namespace enigma::sweeps {

/// Every training set must hold every evaluation session: their parameters would be untrained.
std::vector<Diagnostic> check_containment(const Spec& spec, const SessionSets& sets,
                                          const recordings::Manifest& manifest);

/// Sessions that are trained on must be readable and have responses.
std::vector<Diagnostic> check_readable(const Spec& spec, const SessionSets& sets,
                                       const recordings::Manifest& manifest);

/// Every session of a training set needs windows to train on, every evaluation session windows to
/// be scored on.
std::vector<Diagnostic> check_windows(const Spec& spec, const SessionSets& sets,
                                      const recordings::Manifest& manifest);

/// Evaluation strategies that a session cannot carry are left out there; one must remain.
std::vector<Diagnostic> check_evaluation(const Spec& spec, const Point& point,
                                         const recordings::Manifest& manifest);

/// Modalities that scores hide and training never does → a warning.
std::map<std::string, Diagnostic> check_absences(const Spec& spec, const SweepPoint& point,
                                                 const model::ModelShape& shape,
                                                 const StrategyChoice& trained,
                                                 const recordings::SessionInfo& session);

}  // namespace enigma::sweeps
