// The document `plan` of the contract.
#include "sweeps/plan.h"
#include "sweeps/value_rule.h"

namespace enigma::sweeps {
namespace {

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json text_or_null(const char* text) {
  return text == nullptr ? Json() : Json(text);
}

Json data_json(const PlannedPoint& planned) {
  auto names = Json::array();
  for (const SessionRef& session : planned.point().sessions) { names.push_back(session.name); }
  return {{"subset", planned.sweep_point.subset},
          {"sessions", std::move(names)},
          {"digest", planned.sweep_point.digest},
          {"windows_unique", planned.windows_unique},
          {"neuron_seconds", planned.neuron_seconds},
          {"irreducible_loss", or_null(planned.irreducible_loss)}};
}

Json schedule_json(const PlannedPoint& planned) {
  const Point& point = planned.point();
  return {{"warmup_steps", point.warmup_steps},
          {"stable_steps", planned.steps - point.warmup_steps - point.decay_steps},
          {"decay_steps", point.decay_steps}};
}

/// The sum over all points; nothing where any of them is unknown.
std::optional<double> total(const Plan& plan, std::optional<double> PlannedPoint::*part) {
  double sum = 0;
  for (const PlannedPoint& point : plan.points) {
    if (!(point.*part)) { return std::nullopt; }
    sum += *(point.*part);
  }
  return sum;
}

Json totals_json(const Plan& plan) {
  int64_t counts[3] = {};
  double flops = 0;
  for (const PlannedPoint& point : plan.points) {
    ++counts[static_cast<size_t>(point.action)];
    flops += point.flops;
  }
  // No trunk is shared by two points in this version: none is extended, and no FLOPs are saved.
  return {{"points", plan.points.size()},
          {"new", counts[static_cast<size_t>(Action::fresh)]},
          {"reused", counts[static_cast<size_t>(Action::reused)]},
          {"extended", 0},
          {"changed", counts[static_cast<size_t>(Action::changed)]},
          {"flops", flops},
          {"flops_saved", 0},
          {"device_hours", or_null(total(plan, &PlannedPoint::device_hours))},
          {"usd", or_null(total(plan, &PlannedPoint::usd))},
          {"basis", text_or_null(basis_of(plan))}};
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
          {"size", to_json(point.size)},
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
          {"strategies_dropped",
           planned.strategies_dropped ? Json(*planned.strategies_dropped) : Json::array()},
          {"memory_bytes", planned.memory_bytes},
          {"device_hours", or_null(planned.device_hours)},
          {"usd", or_null(planned.usd)},
          {"basis", text_or_null(planned.basis)},
          {"earliest_start", or_null(planned.earliest_start)},
          {"resources", {{"nodes", planned.nodes}, {"devices", planned.devices}}},
          {"warnings", to_json(planned.warnings)}};
}

Json point_file_json(const PlannedPoint& planned) {
  return to_json(PointFile{planned.sweep_point.id, planned.point(), planned.steps, planned.flops,
                           planned.flops_per_step});
}

Json to_json(const Plan& plan) {
  auto points = Json::array();
  for (const PlannedPoint& point : plan.points) { points.push_back(to_json(point)); }
  return {{"sweep", plan.sweep},
          {"totals", totals_json(plan)},
          {"points", std::move(points)},
          {"warnings", to_json(plan.warnings)}};
}

}  // namespace enigma::sweeps
