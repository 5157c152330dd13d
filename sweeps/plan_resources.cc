#include "sweeps/plan_resources.h"

#include "sweeps/site/device_peak.h"
#include "sweeps/spec_place.h"

#include <fmt/format.h>

#include <algorithm>

namespace enigma::sweeps {
namespace {

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

ResourceRules::ResourceRules(const Spec& spec) {
  for (const ResourceRule& rule : spec.resources) {
    rules_.emplace_back(&rule, std::nullopt);
    if (!rule.condition.empty()) { rules_.back().second.emplace(spec, rule.condition); }
  }
}

const ResourceRule* ResourceRules::first(const SweepPoint& point) {
  for (auto& [rule, condition] : rules_) {
    if (!condition || condition->holds(point.point, point.subset)) { return rule; }
  }
  return nullptr;
}

void set_resources(PlannedPoint& planned, ResourceRules& rules) {
  if (const ResourceRule* rule = rules.first(planned.sweep_point)) {
    planned.nodes = rule->nodes.back();
    planned.node_counts = rule->nodes;
    planned.spares = rule->spares;
    planned.chain = rule->chain;
    planned.devices = rule->devices;
    planned.ranks = rule->ranks;
    planned.time_s = rule->time_s;
  }
  cut_memory(planned);
}

namespace {

/// FLOP/s of one device: measured on it, else stated.
std::optional<double> speed_of(PlannedPoint& planned, const std::optional<double>& measured,
                               const Surroundings& surroundings) {
  const Speeds& speeds = surroundings.speeds;
  if (measured) {
    planned.basis = kMeasured;
    return measured;
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

void set_hours(PlannedPoint& planned, const std::optional<double>& measured, const Spec& spec,
               const Surroundings& surroundings) {
  const auto flops_per_s = speed_of(planned, measured, surroundings);
  if (!flops_per_s) { return; }
  planned.device_hours = planned.flops / *flops_per_s / 3600;
  const auto price = price_of(spec, surroundings);
  if (price) { planned.usd = *planned.device_hours * *price; }
}

std::optional<double> price_of(const Spec& spec, const Surroundings& surroundings) {
  if (spec.ceilings.usd_per_device_hour) { return spec.ceilings.usd_per_device_hour; }
  if (!surroundings.site) { return std::nullopt; }
  return surroundings.site->usd_per_device_hour(surroundings.day);
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
