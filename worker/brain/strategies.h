// The strategies of a point, resolved for every session of its corpus.
#pragma once

#include "model/brain/shape/strategy.h"
#include "worker/brain/corpus.h"

#include <string>
#include <vector>

namespace enigma::worker {

/// Kept strategies × sessions. A strategy that one session cannot follow is dropped for all, so
/// that a step may draw one for every lane (sweeps/inputs.h has the rule).
struct StrategyTable {
  std::vector<std::string> names;
  std::vector<double> weights;
  std::vector<std::vector<model::ResolvedStrategy>> resolved;  ///< [strategy][session]
  std::vector<std::vector<model::WindowFlops>> flops;          ///< of one window
  std::vector<std::string> dropped;                            ///< "name: why"
};

/// `names` as in the point ("published", a family, one strategy). Throws Ending(64) for an unknown
/// name, or where nothing is left. `sessions`: indices that must be able to follow them; columns
/// of others stay empty.
StrategyTable resolve_strategies(const std::vector<std::string>& names,
                                 const model::ModelShape& shape, const Corpus& corpus,
                                 const std::vector<size_t>& sessions);

}  // namespace enigma::worker
