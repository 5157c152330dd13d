#include "worker/brain/strategies.h"

#include "diagnostics/check.h"
#include "diagnostics/nearest.h"
#include "worker/ending.h"

#include <algorithm>
#include <utility>

namespace enigma::worker {
namespace {

void check_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (model::strategies_named(name).empty()) {
      throw Ending(protocol::ExitCode::bad_point, "no strategy is called '" + name + "' (" +
                                                      suggest_name(name, model::strategy_names()) +
                                                      ")");
    }
  }
}

void add_row(StrategyTable& table, const model::Strategy& strategy, const model::ModelShape& shape,
             const Corpus& corpus, const std::vector<size_t>& sessions) {
  table.names.push_back(strategy.name);
  table.weights.push_back(strategy.weight);
  auto& resolved = table.resolved.emplace_back(corpus.sessions.size());
  auto& flops = table.flops.emplace_back(corpus.sessions.size());
  for (size_t s : sessions) {
    const int64_t neurons = sweeps::kept_neurons(shape, corpus.sessions[s].info);
    auto resolution = model::resolve(strategy, shape, neurons);
    ENIGMA_CHECK(resolution.strategy, "a strategy that a session cannot carry was not dropped");
    flops[s] = model::count_flops(*resolution.strategy, shape, neurons);
    resolved[s] = std::move(*resolution.strategy);
  }
}

}  // namespace

StrategyTable resolve_strategies(const std::vector<std::string>& names,
                                 const model::ModelShape& shape, const Corpus& corpus,
                                 const std::vector<size_t>& sessions) {
  check_names(names);
  std::vector<recordings::SessionInfo> infos;
  for (size_t s : sessions) { infos.push_back(corpus.sessions[s].info); }
  const auto choice = sweeps::choose_strategies(names, shape, infos);
  StrategyTable table;
  for (const auto& dropped : choice.dropped) {
    table.dropped.push_back(dropped.name + ": " + dropped.why);
  }
  for (const model::Strategy& strategy : choice.kept) {
    add_row(table, strategy, shape, corpus, sessions);
  }
  if (table.names.empty()) {
    throw Ending(protocol::ExitCode::bad_point,
                 "no strategy is left for these recordings: " +
                     (table.dropped.empty() ? "none is named" : table.dropped.front()));
  }
  return table;
}

}  // namespace enigma::worker
