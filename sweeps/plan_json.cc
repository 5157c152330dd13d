// The document `plan` of the contract.
#include "sweeps/plan.h"

namespace enigma::sweeps {
namespace {

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json size_json(const model::ModelSize& size) {
  if (!size.name.empty()) return size.name;
  return {{"width", size.width}, {"layers", size.layers}, {"heads", size.heads}};
}

Json data_json(const PlannedPoint& planned) {
  auto names = Json::array();
  for (const SessionRef& session : planned.point().sessions) names.push_back(session.name);
  return {{"subset", planned.sweep_point.subset},
          {"sessions", std::move(names)},
          {"digest", digest_of(planned.point().sessions)},
          {"windows_unique", planned.windows_unique},
          {"neuron_seconds", planned.neuron_seconds}};
}

Json schedule_json(const PlannedPoint& planned) {
  const Point& point = planned.point();
  return {{"warmup_steps", point.warmup_steps},
          {"stable_steps", planned.steps - point.warmup_steps - point.decay_steps},
          {"decay_steps", point.decay_steps}};
}

Json totals_json(const Plan& plan) {
  int64_t counts[4] = {};
  double flops = 0;
  std::optional<double> hours, usd;
  for (const PlannedPoint& point : plan.points) {
    ++counts[static_cast<size_t>(point.action)];
    flops += point.flops;
    if (point.device_hours) hours = hours.value_or(0) + *point.device_hours;
    if (point.usd) usd = usd.value_or(0) + *point.usd;
  }
  return {{"points", plan.points.size()},
          {"new", counts[static_cast<size_t>(Action::fresh)]},
          {"reused", counts[static_cast<size_t>(Action::reused)]},
          {"extended", counts[static_cast<size_t>(Action::extended)]},
          {"changed", counts[static_cast<size_t>(Action::changed)]},
          {"flops", flops},
          {"flops_saved", 0},  // shared trunks save FLOPs; this version has none
          {"device_hours", or_null(hours)},
          {"usd", or_null(usd)},
          {"basis", text_or_null(plan.basis)}};
}

}  // namespace

Json to_json(const PlannedPoint& planned) {
  const Point& point = planned.point();
  return {{"id", planned.sweep_point.id},
          {"id_version", kIdVersion},
          {"name", planned.sweep_point.name},
          {"action", name_of(planned.action)},
          {"why", text_or_null(planned.why)},
          {"values", planned.sweep_point.values},
          {"seed", point.seed},
          {"family", point.family},
          {"size", size_json(point.size)},
          {"params",
           {{"shared", planned.params.shared},
            {"session", planned.params.session},
            {"animal", planned.params.animal},
            {"total", planned.params.total}}},
          {"data", data_json(planned)},
          {"budget_flops", point.budget_flops},
          {"flops", planned.flops},
          {"flops_per_window", planned.flops_per_window},
          {"lanes", point.lanes},
          {"windows_per_lane", point.windows_per_lane},
          {"steps", planned.steps},
          {"windows", planned.windows},
          {"epochs", planned.epochs},
          {"neuron_seconds", planned.neuron_seconds_seen},
          {"schedule", schedule_json(planned)},
          {"trunk", nullptr},
          {"strategies_dropped", planned.strategies_dropped},
          {"memory_bytes", planned.memory_bytes},
          {"device_hours", or_null(planned.device_hours)},
          {"usd", or_null(planned.usd)},
          {"resources", {{"nodes", planned.nodes}, {"devices", planned.devices}}},
          {"warnings", to_json(planned.warnings)}};
}

Json to_json(const Plan& plan) {
  auto points = Json::array();
  for (const PlannedPoint& point : plan.points) points.push_back(to_json(point));
  return {{"sweep", plan.sweep},
          {"totals", totals_json(plan)},
          {"points", std::move(points)},
          {"warnings", to_json(plan.warnings)}};
}

}  // namespace enigma::sweeps
