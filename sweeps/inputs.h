// What a point's sessions give a model to see, and which masking strategies that allows. The plan
// counts with these answers and the worker trains with them: one rule, one place.
#pragma once

#include "diagnostics/diagnostic.h"
#include "model/shape/shape.h"
#include "model/shape/strategy.h"
#include "recordings/session.h"

#include <string>
#include <vector>

namespace enigma::sweeps {

/// Modalities as the model of a point sees them.
struct Inputs {
  model::WindowShape window;  ///< of the point: everything that any of its sessions has
  /// Sequence modalities beside the responses, sorted; their signals are the behaviour channels,
  /// one after the other.
  std::vector<std::string> behavior;
  std::vector<int64_t> behavior_signals;  ///< channels of each
};

/// The union over sessions of what `rule.modalities` admits (empty = all). Errors where sessions
/// disagree on the size of a frame or on a modality's number of signals.
Parsed<Inputs> inputs_of(const recordings::WindowRule& rule,
                         const std::vector<recordings::SessionInfo>& sessions);

/// The window of one session: `inputs.window` without the video, or without the behaviour, that it
/// lacks. Behaviour counts only where every one of its modalities is there.
model::WindowShape window_of(const Inputs& inputs, const recordings::SessionInfo& session);

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

/// Strategies of `names`, each once, in the order of names and tables; one that any session cannot
/// carry is dropped, because a step has one strategy for all lanes.
StrategyChoice choose_strategies(const std::vector<std::string>& names,
                                 const model::ModelSize& size, const Inputs& inputs,
                                 const std::vector<recordings::SessionInfo>& sessions);

}  // namespace enigma::sweeps
