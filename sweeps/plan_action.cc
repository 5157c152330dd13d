#include "sweeps/plan_action.h"

#include <fmt/format.h>

namespace enigma::sweeps {
namespace {

std::string text_of(const Json& values, int64_t seed) {
  std::string text;
  for (const auto& [axis, value] : values.items()) {
    text += axis + "=" +
            (value.is_number() ? fmt::format("{}", value.get<double>())
                               : nlohmann::json(value).dump()) +
            "/";
  }
  return text + std::to_string(seed);
}

/// The pointers of what differs.
std::string differences(const nlohmann::json& before, const nlohmann::json& now) {
  std::string text;
  for (const auto& change : nlohmann::json::diff(before, now)) {
    text += (text.empty() ? "" : ", ") + change["path"].get_ref<const std::string&>();
  }
  return text;
}

}  // namespace

const EarlierPoint* EarlierPoints::find(const Json& values, int64_t seed) {
  if (by_values_.empty()) {
    for (const EarlierPoint& point : points_) {
      by_values_[text_of(Json::parse(point.values), point.seed)] = &point;
    }
  }
  const auto found = by_values_.find(text_of(values, seed));
  return found == by_values_.end() ? nullptr : found->second;
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
  planned.why = differences(nlohmann::json::parse(before->canonical), point.canonical);
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
