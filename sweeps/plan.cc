#include "sweeps/plan.h"

#include "sweeps/cost.h"
#include "sweeps/family.h"
#include "sweeps/plan_action.h"
#include "sweeps/plan_checks.h"
#include "sweeps/plan_resources.h"

#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace enigma::sweeps {
namespace {

using recordings::Manifest;
using recordings::SessionInfo;

void append(std::vector<Diagnostic>& all, std::vector<Diagnostic> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// Equal for the points that share a cost.
std::string cost_key(const nlohmann::json& canonical) {
  return canonical["model"].dump() + canonical["data"].dump() +
         canonical.value("train", nlohmann::json()).dump();
}

using SessionsByName = std::map<std::string, const SessionInfo*>;

SessionsByName by_name(const Manifest& manifest) {
  SessionsByName sessions;
  for (const SessionInfo& session : manifest.sessions) { sessions[session.name] = &session; }
  return sessions;
}

std::vector<SessionInfo> sessions_of(const std::vector<SessionRef>& refs,
                                     const SessionsByName& known) {
  std::vector<SessionInfo> sessions;
  for (const SessionRef& ref : refs) { sessions.push_back(*known.at(ref.name)); }
  return sessions;
}

PlannedPoint planned_point(SweepPoint sweep_point, const TrainingCost& cost) {
  PlannedPoint planned;
  planned.sweep_point = std::move(sweep_point);
  const Point& point = planned.point();
  planned.params = cost.params;
  planned.memory_bytes = cost.state_bytes;
  // What is computed again in backward is not there all at once.
  if (point.checkpointing == Checkpointing::none) {
    planned.memory_bytes += cost.activation_bytes / point.accumulation;
  }
  planned.irreducible_loss = cost.irreducible_loss;
  planned.windows_unique = cost.windows_unique;
  planned.neuron_seconds = cost.neuron_seconds;
  planned.strategies_dropped = cost.strategies_dropped;
  planned.flops_per_window = cost.flops_per_window;
  const auto batch = static_cast<double>(point.lanes) * static_cast<double>(point.windows_per_lane);
  planned.flops_per_step = cost.flops_per_window * batch;
  planned.steps = steps_for(point.budget_flops, planned.flops_per_step);
  planned.windows = planned.steps * point.lanes * point.windows_per_lane;
  planned.flops = static_cast<double>(planned.steps) * planned.flops_per_step;
  planned.epochs =
      static_cast<double>(planned.windows) / static_cast<double>(planned.windows_unique);
  planned.neuron_seconds_seen =
      static_cast<double>(planned.windows) * cost.neurons_per_window * point.rule.seconds();
  return planned;
}

/// Goes through the points once; what several of them share is worked out, and told, once.
class Planner {
 public:
  Planner(const Spec& spec, const SessionsByName& sessions, const Surroundings& surroundings)
      : spec_(spec),
        family_(family_named(spec.family)),
        sessions_(sessions),
        surroundings_(surroundings),
        earlier_(surroundings.earlier) {}

  Parsed<Plan> plan(std::vector<SweepPoint> points) {
    Plan plan{.sweep = spec_.name, .executor = spec_.executor, .priority = spec_.priority};
    for (SweepPoint& point : points) {
      const TrainingCost* cost = cost_of(point);
      if (cost == nullptr) { continue; }
      if (auto planned = plan_one(std::move(point), *cost)) {
        plan.points.push_back(std::move(*planned));
      }
    }
    return {std::move(plan), std::move(diagnostics_)};
  }

 private:
  /// Nothing where its points cannot be trained.
  const TrainingCost* cost_of(const SweepPoint& point) {
    const auto [known, fresh] = costs_.try_emplace(cost_key(point.canonical));
    if (fresh) {
      const auto sessions = sessions_of(point.point.sessions, sessions_);
      auto cost = family_.cost(spec_, point, sessions);
      append(diagnostics_, std::move(cost.diagnostics));
      known->second = std::move(cost.value);
      if (known->second) { warn(*known->second); }
    }
    return known->second ? &*known->second : nullptr;
  }

  /// Each once, however many points have it.
  void warn(const TrainingCost& cost) {
    for (const auto& [subject, warning] : cost.warnings) {
      if (warned_.insert(subject).second) { diagnostics_.push_back(warning); }
    }
  }

  std::optional<PlannedPoint> plan_one(SweepPoint point, const TrainingCost& cost) {
    PlannedPoint planned = planned_point(std::move(point), cost);
    auto found = check_steps(spec_, planned);
    if (has_errors(found)) {
      append(diagnostics_, std::move(found));
      return std::nullopt;
    }
    planned.warnings = std::move(found);
    append(diagnostics_, set_resources(planned, spec_, faulty_rules_));
    set_hours(planned, spec_, surroundings_);
    set_action(planned, surroundings_.known_ids, earlier_);
    return planned;
  }

  const Spec& spec_;
  const Family& family_;
  const SessionsByName& sessions_;
  const Surroundings& surroundings_;
  EarlierPoints earlier_;
  std::map<std::string, std::optional<TrainingCost>> costs_;
  std::set<std::string> warned_;
  std::set<size_t> faulty_rules_;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace

Parsed<Plan> make_plan(const Spec& spec, const Manifest& manifest,
                       const Surroundings& surroundings) {
  Parsed<SessionSets> sets = resolve_sets(spec, manifest);
  Parsed<Plan> result{std::nullopt, std::move(sets.diagnostics)};
  if (!sets.ok()) { return result; }
  Parsed<std::vector<SweepPoint>> points = expand(spec, *sets.value, manifest);
  append(result.diagnostics, std::move(points.diagnostics));
  if (!points.ok()) { return result; }
  append(result.diagnostics,
         family_named(spec.family).check_points(spec, *sets.value, manifest, *points.value));
  const SessionsByName sessions = by_name(manifest);
  Parsed<Plan> plan = Planner(spec, sessions, surroundings).plan(std::move(*points.value));
  append(result.diagnostics, std::move(plan.diagnostics));
  const auto price = price_of(spec, surroundings);
  if (plan.ok()) { append(result.diagnostics, check_ceiling(spec, *plan.value, price)); }
  if (has_errors(result.diagnostics)) { return result; }
  plan.value->ceiling = ceiling_of(spec.ceilings, price);
  plan.value->warnings = result.diagnostics;
  result.value = std::move(plan.value);
  return result;
}

std::string speed_key(const nlohmann::json& canonical) {
  nlohmann::json window = canonical.at("data");
  window.erase("sessions");
  const auto train = canonical.value("train", nlohmann::json::object());
  const Point standard;
  const int64_t windows = train.value("lanes", standard.lanes) *
                          train.value("windows_per_lane", standard.windows_per_lane);
  return canonical.at("model").dump() + window.dump() +
         train.value("precision", std::string(name_of(standard.precision))) + "/" +
         std::to_string(windows);
}

const char* basis_of(const Plan& plan) {
  const char* basis = nullptr;
  for (const PlannedPoint& point : plan.points) {
    if (point.basis == nullptr) { return nullptr; }
    if (basis == nullptr || std::string_view(point.basis) == kStated) { basis = point.basis; }
  }
  return basis;
}

}  // namespace enigma::sweeps
