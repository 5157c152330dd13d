#include "sweeps/plan_action.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace enigma::sweeps {
namespace {

/// The pointers of what differs.
std::string differences(const nlohmann::json& before, const nlohmann::json& now) {
  std::string text;
  for (const auto& change : nlohmann::json::diff(before, now)) {
    text += (text.empty() ? "" : ", ") + change["path"].get_ref<const std::string&>();
  }
  return text;
}

}  // namespace

std::string EarlierPoints::key_of(const Json& values, int64_t seed) const {
  std::string text;
  for (const auto& [path, value] : values.items()) {
    const auto is_it = [&path = path](const Derivation& one) { return one.path == path; };
    if (std::any_of(spec_.derive.begin(), spec_.derive.end(), is_it)) { continue; }
    text += path + "=" +
            (value.is_number() ? fmt::format("{}", value.get<double>())
                               : nlohmann::json(value).dump()) +
            "/";
  }
  return text + std::to_string(seed);
}

void EarlierPoints::read() {
  auto points = surroundings_.read_earlier ? surroundings_.read_earlier() : surroundings_.earlier;
  for (EarlierPoint& point : points) {
    std::string key = key_of(Json::parse(point.values), point.seed);
    by_values_.insert_or_assign(std::move(key), std::move(point));
  }
}

const EarlierPoint* EarlierPoints::find(const Json& values, int64_t seed) {
  if (!std::exchange(is_read_, true)) { read(); }
  if (by_values_.empty()) { return nullptr; }
  const auto found = by_values_.find(key_of(values, seed));
  return found == by_values_.end() ? nullptr : &found->second;
}

void set_action(PlannedPoint& planned, const std::set<std::string>& known_ids,
                EarlierPoints& earlier) {
  const SweepPoint& point = planned.sweep_point;
  if (known_ids.contains(point.id)) {
    planned.action = Action::reused;
    return;
  }
  const EarlierPoint* before = earlier.find(point.values, point.point.seed);
  if (before == nullptr) { return; }
  planned.action = Action::changed;
  planned.why =
      differences(nlohmann::json::parse(before->canonical), nlohmann::json::parse(point.canonical));
}

const char* name_of(Action action) {
  switch (action) {
    case Action::reused:
      return "reused";
    case Action::changed:
      return "changed";
    case Action::fresh:
      break;
  }
  return "new";
}

}  // namespace enigma::sweeps
