#include "sweeps/plan_resources.h"

#include "input/condition.h"
#include "sweeps/device_peak.h"
#include "sweeps/spec_place.h"

#include <fmt/format.h>

#include <algorithm>

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

/// How many ranks a copy of the shared parameters is cut over, on the fewest nodes.
int64_t ranks_of_a_copy(const PlannedPoint& planned) {
  const int64_t nodes = planned.node_counts.front();
  const int64_t ranks =
      planned.ranks ? *planned.ranks * nodes / planned.nodes : planned.devices * nodes;
  switch (planned.point().form) {
    case Form::replicate:
      return 1;
    case Form::shard:
      return std::max<int64_t>(1, ranks);
    case Form::hybrid:
      break;
  }
  return planned.point().shard_ranks;
}

/// Of parameters, gradients and moments a rank holds only its part.
void cut_memory(PlannedPoint& planned) {
  const int64_t ranks = ranks_of_a_copy(planned);
  const int64_t whole =
      model::state_bytes({.shared = planned.params.shared, .total = planned.params.shared});
  planned.memory_bytes -= whole - whole / ranks;
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
      planned.nodes = rule.nodes.back();
      planned.node_counts = rule.nodes;
      planned.spares = rule.spares;
      planned.chain = rule.chain;
      planned.devices = rule.devices;
      planned.ranks = rule.ranks;
      planned.time_s = rule.time_s;
      break;
    }
  }
  cut_memory(planned);
  return diagnostics;
}

namespace {

/// FLOP/s of one device: measured on it, else stated.
std::optional<double> speed_of(PlannedPoint& planned, const Surroundings& surroundings) {
  const Speeds& speeds = surroundings.speeds;
  const auto known = speeds.measured.find(speed_key(planned.sweep_point.canonical));
  if (known != speeds.measured.end()) {
    planned.basis = kMeasured;
    return known->second;
  }
  std::optional<double> stated = speeds.stated;
  if (!stated && speeds.stated_mfu && surroundings.site && surroundings.site->gpu) {
    const auto peak = peak_flops_per_s(*surroundings.site->gpu, name_of(planned.point().precision));
    if (peak) { stated = *peak * *speeds.stated_mfu; }
  }
  if (stated) { planned.basis = kStated; }
  return stated;
}

}  // namespace

void set_hours(PlannedPoint& planned, const Spec& spec, const Surroundings& surroundings) {
  const auto flops_per_s = speed_of(planned, surroundings);
  if (!flops_per_s) { return; }
  planned.device_hours = planned.flops / *flops_per_s / 3600;
  auto price = spec.usd_per_device_hour;
  if (!price && surroundings.site) {
    price = surroundings.site->usd_per_device_hour(surroundings.day);
  }
  if (price) { planned.usd = *planned.device_hours * *price; }
}

std::vector<Diagnostic> check_site(const Spec& spec, const Site& site) {
  std::vector<Diagnostic> problems;
  const Partition* partition = site.partition();
  for (size_t i = 0; i < spec.resources.size(); ++i) {
    const ResourceRule& rule = spec.resources[i];
    const std::string at = fmt::format("/resources/{}", i);
    if (site.gpu && rule.devices > site.gpu->per_node) {
      problems.push_back(diagnostic_at(
          spec, at + "/devices", "a node of this site has fewer devices",
          fmt::format("at most {}", site.gpu->per_node), std::to_string(rule.devices)));
    }
    if (partition == nullptr || !partition->max_time_s || !rule.time_s) { continue; }
    if (*rule.time_s <= *partition->max_time_s) { continue; }
    problems.push_back(diagnostic_at(
        spec, at + "/time_s", "jobs of partition '" + partition->name + "' may not run so long",
        fmt::format("at most {:.0f}", *partition->max_time_s),
        fmt::format("{:.0f}", *rule.time_s)));
  }
  return problems;
}

}  // namespace enigma::sweeps
