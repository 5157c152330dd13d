#include "sweeps/plan.h"

#include "sweeps/cost.h"
#include "sweeps/family.h"
#include "sweeps/plan_action.h"
#include "sweeps/plan_checks.h"
#include "sweeps/plan_resources.h"

#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace enigma::sweeps {
namespace {

using recordings::Manifest;
using recordings::SessionInfo;

void append(std::vector<Diagnostic>& all, std::vector<Diagnostic> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// Equal for the points that share a cost and a speed: what TrainingCost may depend on, and the
/// precision.
std::string shape_key(const SweepPoint& sweep_point) {
  const Point& point = sweep_point.point;
  std::string key;
  key.reserve(128);
  key += point.size.name;
  const auto add = [&key](std::string_view text) { (key += '/') += text; };
  for (const int64_t number : {point.size.width, point.size.layers, point.size.heads, point.lanes,
                               point.windows_per_lane}) {
    add(std::to_string(number));
  }
  for (const auto& [path, value] : point.own) { add(path + "=" + value.dump()); }
  for (const std::string& strategy : point.training_strategies) { add(strategy); }
  add(name_of(point.precision));
  add(sweep_point.subset);
  return key;
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

/// What the points of one shape_key() share.
struct Shape {
  std::optional<TrainingCost> cost;  ///< nothing where they cannot be trained
  std::shared_ptr<const std::vector<std::string>> strategies_dropped;
  std::optional<double> flops_per_s;  ///< measured
};

PlannedPoint planned_point(SweepPoint sweep_point, const Shape& shape) {
  const TrainingCost& cost = *shape.cost;
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
  planned.strategies_dropped = shape.strategies_dropped;
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
        earlier_(surroundings, spec),
        rules_(spec) {}

  Parsed<Plan> plan(std::vector<SweepPoint> points) {
    Plan plan{.sweep = spec_.name, .executor = spec_.executor, .priority = spec_.priority};
    plan.points.reserve(points.size());
    for (SweepPoint& point : points) {
      const Shape& shape = shape_of(point);
      if (shape.cost) { plan_one(std::move(point), shape, plan.points); }
    }
    return {std::move(plan), std::move(diagnostics_)};
  }

 private:
  const Shape& shape_of(const SweepPoint& point) {
    const auto [known, fresh] = shapes_.try_emplace(shape_key(point));
    if (fresh) { known->second = new_shape(point); }
    return known->second;
  }

  Shape new_shape(const SweepPoint& point) {
    auto cost = family_.cost(spec_, point, sessions_of(point.point.sessions, sessions_));
    append(diagnostics_, std::move(cost.diagnostics));
    Shape shape{.cost = std::move(cost.value)};
    if (!shape.cost) { return shape; }
    warn(*shape.cost);
    shape.strategies_dropped =
        std::make_shared<std::vector<std::string>>(shape.cost->strategies_dropped);
    const auto& measured = surroundings_.speeds.measured;
    if (measured.empty()) { return shape; }
    const auto speed = measured.find(speed_key(nlohmann::json::parse(point.canonical)));
    if (speed != measured.end()) { shape.flops_per_s = speed->second; }
    return shape;
  }

  /// Each once, however many points have it.
  void warn(const TrainingCost& cost) {
    for (const auto& [subject, warning] : cost.warnings) {
      if (warned_.insert(subject).second) { diagnostics_.push_back(warning); }
    }
  }

  void plan_one(SweepPoint point, const Shape& shape, std::vector<PlannedPoint>& points) {
    PlannedPoint planned = planned_point(std::move(point), shape);
    auto found = check_steps(spec_, planned);
    if (has_errors(found)) { return append(diagnostics_, std::move(found)); }
    planned.warnings = std::move(found);
    set_resources(planned, rules_);
    set_hours(planned, shape.flops_per_s, spec_, surroundings_);
    set_action(planned, surroundings_.known_ids, earlier_);
    points.push_back(std::move(planned));
  }

  const Spec& spec_;
  const Family& family_;
  const SessionsByName& sessions_;
  const Surroundings& surroundings_;
  EarlierPoints earlier_;
  ResourceRules rules_;
  std::unordered_map<std::string, Shape> shapes_;
  std::set<std::string> warned_;
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
