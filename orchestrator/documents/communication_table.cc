#include "orchestrator/documents/communication_table.h"

#include "orchestrator/documents/columns.h"

#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

namespace enigma::documents {
namespace {

/// Parameters of one road that take the same turn.
struct Group {
  std::string first, road;
  int64_t parameters = 0, elements = 0;
  Json step_turn;
};

/// The turn, then the road; parameters without a turn come last.
using Key = std::pair<int64_t, std::string>;

int64_t whole(const Json& value, int64_t otherwise) {
  return value.is_number_integer() ? value.get<int64_t>() : otherwise;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : "-";
}

std::map<Key, Group> groups_of(const Json& parameters) {
  constexpr int64_t kNoTurn = INT64_MAX;
  std::map<Key, Group> groups;
  for (const Json& parameter : parameters) {
    const std::string name = text_of(member(parameter, "name"));
    const std::string road = text_of(member(parameter, "road"));
    Group& group = groups[{whole(member(parameter, "sum_turn"), kNoTurn), road}];
    if (group.parameters == 0) { group.first = name; }
    group.road = road;
    group.parameters += 1;
    group.elements += whole(member(parameter, "elements"), 0);
    group.step_turn = member(parameter, "step_turn");
  }
  return groups;
}

std::string names_of(const Group& group) {
  if (group.parameters == 1) { return group.first; }
  return fmt::format("{} and {} more", group.first, group.parameters - 1);
}

std::string turn_text(int64_t turn) {
  return turn == INT64_MAX ? "-" : std::to_string(turn);
}

}  // namespace

std::string communication_table(const Json& communication) {
  const Json parameters = member(communication, "parameters");
  const Json bytes = member(communication, "bytes_per_step");
  if (!parameters.is_array() || !bytes.is_number() || bytes == 0) { return ""; }
  std::vector<std::vector<std::string>> rows = {{"parameters", "elements", "sum", "step", "how"}};
  for (const auto& [key, group] : groups_of(parameters)) {
    rows.push_back({names_of(group), std::to_string(group.elements), turn_text(key.first),
                    turn_text(whole(group.step_turn, INT64_MAX)), group.road});
  }
  const Json schedule = member(communication, "schedule");
  return fmt::format("communication: {:.4g} MB a step and rank, form {}{}\n{}",
                     bytes.get<double>() / 1e6, text_of(member(communication, "form")),
                     schedule.is_string() ? ", schedule " + schedule.get<std::string>() : "",
                     aligned(std::move(rows), {}, {0, 4}));
}

}  // namespace enigma::documents
