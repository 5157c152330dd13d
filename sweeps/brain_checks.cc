#include "sweeps/brain_checks.h"

#include "model/brain/shape/shape.h"
#include "sweeps/brain_cost.h"
#include "sweeps/spec_place.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

namespace enigma::sweeps {
namespace {

using recordings::Manifest;
using recordings::SessionInfo;

void need_windows(const SessionInfo& session, const char* tier, const char* purpose,
                  std::vector<Diagnostic>& diagnostics) {
  if (windows_of(session, tier) > 0) { return; }
  diagnostics.push_back({.file = session.path.string(),
                         .message = fmt::format("the session cannot be {}", purpose),
                         .expected = fmt::format("at least one window of tier '{}'", tier),
                         .found = "none",
                         .suggestion = "shorter windows, another alignment, or other sessions"});
}

/// Sessions that any training set holds, sorted.
std::set<size_t> trained_sessions(const Spec& spec, const SessionSets& sets) {
  std::set<size_t> sessions;
  for (const std::string& name : training_sets(spec)) {
    sessions.insert(sets.at(name).begin(), sets.at(name).end());
  }
  return sessions;
}

}  // namespace

std::vector<Diagnostic> check_containment(const Spec& spec, const SessionSets& sets,
                                          const Manifest& manifest) {
  std::vector<Diagnostic> diagnostics;
  for (const std::string& name : training_sets(spec)) {
    const auto& training = sets.at(name);
    for (const size_t session : sets.at(spec.evaluation_sessions)) {
      if (std::binary_search(training.begin(), training.end(), session)) { continue; }
      diagnostics.push_back(diagnostic_at(
          spec, child_pointer("/session_sets", name),
          "a training set without the evaluation session '" + manifest.sessions[session].name + "'",
          "every session of '" + spec.evaluation_sessions + "'", "a set without it"));
      diagnostics.back().suggestion =
          "parameters of a session that is not trained would be evaluated untrained";
    }
  }
  return diagnostics;
}

std::vector<Diagnostic> check_readable(const Spec& spec, const SessionSets& sets,
                                       const Manifest& manifest) {
  std::vector<Diagnostic> diagnostics;
  for (const size_t i : trained_sessions(spec, sets)) {
    const SessionInfo& session = manifest.sessions[i];
    // Warnings too: a row of NaN, say, takes windows away, and the author should know.
    diagnostics.insert(diagnostics.end(), session.problems.begin(), session.problems.end());
    if (session.neurons > 0 || has_errors(session.problems)) { continue; }
    diagnostics.push_back({.file = session.path.string(),
                           .message = "a session without responses cannot be trained on",
                           .expected = "a modality 'responses'"});
  }
  return diagnostics;
}

std::vector<Diagnostic> check_windows(const Spec& spec, const SessionSets& sets,
                                      const Manifest& manifest) {
  std::vector<Diagnostic> diagnostics;
  for (const size_t i : trained_sessions(spec, sets)) {
    need_windows(manifest.sessions[i], "train", "trained on", diagnostics);
  }
  for (const size_t i : sets.at(spec.evaluation_sessions)) {
    need_windows(manifest.sessions[i], "test", "evaluated", diagnostics);
  }
  return diagnostics;
}

std::vector<Diagnostic> check_evaluation(const Spec& spec, const Point& point,
                                         const Manifest& manifest) {
  std::vector<SessionInfo> sessions;
  for (const SessionRef& ref : point.evaluation_sessions) {
    const auto named = [&](const SessionInfo& session) { return session.name == ref.name; };
    sessions.push_back(*std::find_if(manifest.sessions.begin(), manifest.sessions.end(), named));
  }
  const auto inputs = inputs_of(point.rule, sessions);
  std::vector<Diagnostic> diagnostics = inputs.diagnostics;
  if (!inputs.ok()) { return diagnostics; }
  const StrategyChoice choice = choose_strategies(
      point.evaluation_strategies, model::shape_of(point.size, inputs.value->window), sessions);
  for (const DroppedStrategy& dropped : choice.dropped) {
    diagnostics.push_back(
        diagnostic_at(spec, "/evaluation/strategies",
                      "the evaluation strategy '" + dropped.name + "' is left out",
                      "recordings that can carry it", dropped.why, Severity::warning));
  }
  if (choice.kept.empty()) {
    diagnostics.push_back(
        diagnostic_at(spec, "/evaluation/strategies", "no evaluation strategy remains",
                      "at least one that every evaluation session can carry", "none"));
  }
  return diagnostics;
}

std::map<std::string, Diagnostic> check_absences(const Spec& spec, const SweepPoint& point,
                                                 const model::ModelShape& shape,
                                                 const StrategyChoice& trained,
                                                 const SessionInfo& session) {
  const auto evaluated =
      choose_strategies(point.point.evaluation_strategies, shape, {session}).kept;
  std::map<std::string, Diagnostic> warnings;
  for (const auto& [modality, names] :
       untrained_absences(evaluated, trained.kept, shape, session)) {
    Diagnostic warning = diagnostic_at(
        spec, place_of(spec, point.values, "train.strategies"),
        fmt::format("scores of {} depend on chance: they hide {}, and training never does",
                    fmt::join(names, ", "), modality),
        "a training strategy that hides " + modality, "none", Severity::warning);
    warning.suggestion = "add 'video' (hides responses; behavior in half of its steps)";
    warnings.emplace(modality, std::move(warning));
  }
  return warnings;
}

}  // namespace enigma::sweeps
