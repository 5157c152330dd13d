// What a point's sessions give a model to see, and which masking strategies that allows. The plan
// counts with these answers and the worker trains with them: one rule, one place.
#pragma once

#include "diagnostics/diagnostic.h"
#include "model/brain/shape/shape.h"
#include "model/brain/shape/strategy.h"
#include "recordings/format/session.h"

#include <map>
#include <string>
#include <vector>

namespace enigma::sweeps {

/// Modalities as the model of a point sees them; the same for all its sessions.
struct Inputs {
  model::WindowShape window;
  /// Sequence modalities beside the responses; their signals are the behaviour channels, one after
  /// the other: eye tracker, treadmill, then the rest by name.
  std::vector<std::string> behavior;
};

/// What `rule.modalities` admits (empty = all) of every session. Errors where sessions differ.
/// REQUIRES: at least one session.
Parsed<Inputs> inputs_of(const recordings::WindowRule& rule,
                         const std::vector<recordings::SessionInfo>& sessions);

/// Neurons of a session that one window of training keeps.
int64_t kept_neurons(const model::ModelShape& shape, const recordings::SessionInfo& session);

struct DroppedStrategy {
  std::string name, why;
};

/// The strategies that training draws from (one a step, for all lanes), and those left out.
struct StrategyChoice {
  std::vector<model::Strategy> kept;
  std::vector<DroppedStrategy> dropped;
};

/// Strategies of `names`, in the order of names and tables; one that any session cannot carry is
/// dropped, because a step has one strategy for all lanes.
StrategyChoice choose_strategies(const std::vector<std::string>& names,
                                 const model::ModelShape& shape,
                                 const std::vector<recordings::SessionInfo>& sessions);

/// Modalities that some of `evaluated` keep from the model and none of `trained` does, each with
/// those strategies' names, as a window of `session` resolves them. The row that stands for such an
/// absence is scored as it was initialised.
std::map<std::string, std::vector<std::string>> untrained_absences(
    const std::vector<model::Strategy>& evaluated, const std::vector<model::Strategy>& trained,
    const model::ModelShape& shape, const recordings::SessionInfo& session);

}  // namespace enigma::sweeps
