#include "model/brain/shape/strategy.h"

#include "model/brain/shape/strategy_table.h"

#include <algorithm>
#include <set>
#include <span>

namespace enigma::model {
namespace {

std::optional<int64_t> known(int64_t number) {
  return number < 0 ? std::nullopt : std::optional(number);
}

Strategy from_row(const StrategyRow& row) {
  return {.name = row.name,
          .visible_neurons = known(row.visible_neurons),
          .prefix_start = known(row.prefix_start),
          .prefix_len = known(row.prefix_len),
          .full_population_prefix_len = known(row.full_population_prefix_len),
          .context_start = known(row.context_start),
          .context_len = known(row.context_len),
          .reconstructed_neurons_max = known(row.reconstructed_neurons_max),
          .suffix_start = known(row.suffix_start),
          .suffix_len = known(row.suffix_len),
          .frames_start = known(row.frames_start),
          .frames_len = known(row.frames_len),
          .behavior_encoded = row.behavior_encoded,
          .behavior_reconstructed = row.behavior_reconstructed};
}

std::string family_of(const std::string& name) {
  return name.substr(0, name.find('/'));
}

template <typename Accept>
void collect(std::span<const StrategyRow> rows, Accept accept, std::vector<Strategy>& found) {
  for (const StrategyRow& row : rows) {
    if (accept(std::string(row.name))) { found.push_back(from_row(row)); }
  }
}

// Lists that a spec may name whole, with the prefix of their rows' names.
struct List {
  const char* name;
  std::span<const StrategyRow> rows;
};
std::vector<List> lists() {
  return {{"published", training_rows()},
          {"evaluation", evaluation_rows()},
          {"evaluation_additional", additional_rows()},
          {"evaluation_validation", validation_rows()}};
}

}  // namespace

std::vector<Strategy> strategies_named(const std::string& name) {
  std::vector<Strategy> found;
  const auto any = [](const std::string&) { return true; };
  const auto exact = [&](const std::string& row) { return row == name; };
  const auto family = [&](const std::string& row) { return family_of(row) == name; };
  for (const List& list : lists()) {
    if (list.name == name) {
      collect(list.rows, any, found);
      return found;
    }
    collect(list.rows, exact, found);
  }
  if (found.empty()) { collect(training_rows(), family, found); }
  return found;
}

const std::vector<std::string>& strategy_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    std::set<std::string> families;
    for (const List& list : lists()) { all.emplace_back(list.name); }
    for (const StrategyRow& row : training_rows()) {
      if (families.insert(family_of(row.name)).second) { all.push_back(family_of(row.name)); }
    }
    for (const List& list : lists()) {
      for (const StrategyRow& row : list.rows) { all.emplace_back(row.name); }
    }
    return all;
  }();
  return names;
}

}  // namespace enigma::model
