#include "sweeps/plan_resources.h"

#include "input/condition.h"
#include "sweeps/spec_place.h"

#include <fmt/format.h>

namespace enigma::sweeps {
namespace {

NamedValues names_of(const Spec& spec, const Json& values) {
  NamedValues names;
  for (const Axis& axis : spec.axes) {
    const Json& value = values[axis.path];
    names[axis.path] = value.is_number()   ? NamedValue(value.get<double>())
                       : value.is_string() ? NamedValue(value.get<std::string>())
                                           : NamedValue();
  }
  return names;
}

Diagnostic unreadable(const Spec& spec, size_t rule, const ConditionFault& fault) {
  Diagnostic diagnostic =
      diagnostic_at(spec, fmt::format("/resources/{}/if", rule),
                    fmt::format("the expression cannot be read at character {}", fault.offset + 1),
                    fault.expected, fault.found);
  diagnostic.suggestion = fault.suggestion;
  return diagnostic;
}

}  // namespace

std::vector<Diagnostic> set_resources(PlannedPoint& planned, const Spec& spec,
                                      std::set<size_t>& faulty) {
  std::vector<Diagnostic> diagnostics;
  const NamedValues names = names_of(spec, planned.sweep_point.values);
  for (size_t i = 0; i < spec.resources.size(); ++i) {
    const ResourceRule& rule = spec.resources[i];
    const ConditionResult result =
        rule.condition.empty() ? ConditionResult{.holds = true} : evaluate(rule.condition, names);
    if (result.fault) {
      if (faulty.insert(i).second) { diagnostics.push_back(unreadable(spec, i, *result.fault)); }
    } else if (result.holds) {
      planned.nodes = rule.nodes;
      planned.devices = rule.devices;
      planned.ranks = rule.ranks;
      planned.time_s = rule.time_s;
      break;
    }
  }
  return diagnostics;
}

void set_hours(PlannedPoint& planned, const Spec& spec, const Speeds& speeds) {
  std::optional<double> flops_per_s = speeds.stated;
  if (speeds.stated) { planned.basis = kStated; }
  if (!speeds.measured.empty()) {
    const auto known = speeds.measured.find(speed_key(planned.sweep_point.canonical));
    if (known != speeds.measured.end()) {
      flops_per_s = known->second;
      planned.basis = kMeasured;
    }
  }
  if (!flops_per_s) { return; }
  planned.device_hours = planned.flops / *flops_per_s / 3600;
  if (spec.usd_per_device_hour) { planned.usd = *planned.device_hours * *spec.usd_per_device_hour; }
}

}  // namespace enigma::sweeps
