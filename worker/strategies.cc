#include "worker/strategies.h"

#include "diagnostics/nearest.h"
#include "worker/ending.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace enigma::worker {
namespace {

std::vector<model::Strategy> strategies_of(const std::vector<std::string>& names) {
  std::vector<model::Strategy> all;
  for (const std::string& name : names) {
    const auto found = model::strategies_named(name);
    if (found.empty())
      throw Ending(protocol::ExitCode::bad_point,
                   "no strategy is called '" + name + "' (" +
                       suggest_name(name, model::strategy_names()) + ")");
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

struct Row {
  std::vector<model::ResolvedStrategy> resolved;
  std::vector<double> flops;
  std::string why;  ///< of the first session that cannot follow; empty = all can
};

Row row_of(const model::Strategy& strategy, const model::ModelShape& shape, const Corpus& corpus,
           const std::vector<size_t>& sessions) {
  Row row{std::vector<model::ResolvedStrategy>(corpus.sessions.size()),
          std::vector<double>(corpus.sessions.size()), ""};
  for (size_t s : sessions) {
    const int64_t neurons = kept_neurons(shape, corpus.sessions[s].ref.neurons);
    auto resolution = model::resolve(strategy, shape, neurons);
    if (!resolution.strategy) {
      row.why = resolution.why;
      return row;
    }
    row.flops[s] = model::count_flops(*resolution.strategy, shape, neurons).training();
    row.resolved[s] = std::move(*resolution.strategy);
  }
  return row;
}

}  // namespace

int64_t kept_neurons(const model::ModelShape& shape, int64_t population) {
  return std::min(population, shape.neurons_max);
}

StrategyTable resolve_strategies(const std::vector<std::string>& names,
                                 const model::ModelShape& shape, const Corpus& corpus,
                                 const std::vector<size_t>& sessions) {
  StrategyTable table;
  for (const model::Strategy& strategy : strategies_of(names)) {
    Row row = row_of(strategy, shape, corpus, sessions);
    if (!row.why.empty()) {
      table.dropped.push_back(strategy.name + ": " + row.why);
      continue;
    }
    table.names.push_back(strategy.name);
    table.weights.push_back(strategy.weight);
    table.resolved.push_back(std::move(row.resolved));
    table.training_flops.push_back(std::move(row.flops));
  }
  if (table.names.empty())
    throw Ending(protocol::ExitCode::bad_point,
                 "no strategy is left for these recordings: " + table.dropped.front());
  return table;
}

}  // namespace enigma::worker
