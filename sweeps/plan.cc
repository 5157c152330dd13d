#include "sweeps/plan.h"

#include "input/condition.h"
#include "sweeps/cost.h"
#include "sweeps/inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace enigma::sweeps {
namespace {

using recordings::Manifest;
using recordings::SessionInfo;

constexpr double kOffTargetWarning = 0.01;
constexpr double kOffTargetError = 0.05;

int64_t windows_of(const SessionInfo& session, const std::string& tier) {
  const auto found = session.tiers.find(tier);
  return found == session.tiers.end() ? 0 : found->second.windows;
}

/// Evaluation sessions train on tier `train` alone, the others on `validation` too (as published).
int64_t training_windows(const Point& point, const SessionInfo& session) {
  const bool evaluated =
      std::any_of(point.evaluation_sessions.begin(), point.evaluation_sessions.end(),
                  [&](const SessionRef& ref) { return ref.name == session.name; });
  return windows_of(session, "train") + (evaluated ? 0 : windows_of(session, "validation"));
}

/// What points with the same size, sessions, strategies and lanes share.
struct Family {
  WindowCost window;
  StrategyChoice strategies;
  model::ParameterCounts params;
  int64_t memory_bytes = 0;
  int64_t windows_unique = 0;
  double neuron_seconds = 0;
};

class Planner {
 public:
  Planner(const Spec& spec, const Manifest& manifest, const Surroundings& surroundings)
      : spec_(spec), manifest_(manifest), surroundings_(surroundings) {
    for (const SessionInfo& session : manifest.sessions) { by_name_[session.name] = &session; }
  }

  Parsed<Plan> make() {
    Parsed<Plan> result;
    if (auto sets = take(resolve_sets(spec_, manifest_))) {
      if (auto points = take(expand(spec_, *sets, manifest_))) {
        check_windows(*sets);
        check_evaluation(*points);
        plan_all(std::move(*points));
      }
    }
    if (!has_errors(diagnostics_)) {
      plan_.warnings = diagnostics_;
      result.value = std::move(plan_);
    }
    result.diagnostics = std::move(diagnostics_);
    return result;
  }

 private:
  template <typename T>
  std::optional<T> take(Parsed<T> parsed) {
    diagnostics_.insert(diagnostics_.end(), parsed.diagnostics.begin(), parsed.diagnostics.end());
    return std::move(parsed.value);
  }

  Diagnostic at(const std::string& pointer, std::string message, std::string expected,
                std::string found, Severity severity = Severity::error) const {
    Diagnostic diagnostic = spec_.document.at(pointer, std::move(message));
    diagnostic.severity = severity;
    diagnostic.expected = std::move(expected);
    diagnostic.found = std::move(found);
    return diagnostic;
  }

  std::vector<SessionInfo> sessions_of(const std::vector<SessionRef>& refs) const {
    std::vector<SessionInfo> sessions;
    for (const SessionRef& ref : refs) { sessions.push_back(*by_name_.at(ref.name)); }
    return sessions;
  }

  /// Every session of a training set needs windows to train on, every evaluation session windows
  /// to be scored on.
  void check_windows(const SessionSets& sets) {
    std::set<size_t> training;
    for (const std::string& name : training_sets(spec_)) {
      training.insert(sets.at(name).begin(), sets.at(name).end());
    }
    for (const size_t i : training) { need_windows(manifest_.sessions[i], "train", "trained on"); }
    for (const size_t i : sets.at(spec_.evaluation_sessions)) {
      need_windows(manifest_.sessions[i], "test", "evaluated");
    }
  }

  void need_windows(const SessionInfo& session, const char* tier, const char* purpose) {
    if (windows_of(session, tier) > 0) { return; }
    diagnostics_.push_back({.file = session.path.string(),
                            .message = fmt::format("the session cannot be {}", purpose),
                            .expected = fmt::format("at least one window of tier '{}'", tier),
                            .found = "none",
                            .suggestion = "shorter windows, another alignment, or other sessions"});
  }

  /// Evaluation strategies that a session cannot carry are left out there; one must remain.
  void check_evaluation(const std::vector<SweepPoint>& points) {
    if (points.empty()) { return; }
    const Point& point = points.front().point;
    const auto sessions = sessions_of(point.evaluation_sessions);
    const auto inputs = take(inputs_of(point.rule, sessions));
    if (!inputs) { return; }
    const StrategyChoice choice = choose_strategies(
        point.evaluation_strategies, model::shape_of(point.size, inputs->window), sessions);
    for (const DroppedStrategy& dropped : choice.dropped) {
      diagnostics_.push_back(at("/evaluation/strategies",
                                "the evaluation strategy '" + dropped.name + "' is left out",
                                "recordings that can carry it", dropped.why, Severity::warning));
    }
    if (!choice.kept.empty()) { return; }
    diagnostics_.push_back(at("/evaluation/strategies", "no evaluation strategy remains",
                              "at least one that every evaluation session can carry", "none"));
  }

  void plan_all(std::vector<SweepPoint> points) {
    plan_.sweep = spec_.name;
    plan_.executor = spec_.executor;
    plan_.priority = spec_.priority;
    for (SweepPoint& point : points) {
      if (const Family* family = family_of(point)) { plan_one(std::move(point), *family); }
    }
  }

  /// Nothing where its points cannot be trained; that is told once.
  const Family* family_of(const SweepPoint& point) {
    const nlohmann::json& json = point.canonical;
    const std::string key =
        json["model"].dump() + json["data"].dump() + json.value("train", nlohmann::json()).dump();
    const auto [known, fresh] = families_.try_emplace(key);
    if (fresh) { known->second = make_family(point); }
    return known->second ? &*known->second : nullptr;
  }

  std::optional<Family> make_family(const SweepPoint& sweep_point) {
    const Point& point = sweep_point.point;
    const std::vector<SessionInfo> sessions = sessions_of(point.sessions);
    if (point.lanes > static_cast<int64_t>(sessions.size())) {
      diagnostics_.push_back(at(place_of(sweep_point, "train.lanes"),
                                "more lanes than sessions in '" + sweep_point.subset + "'",
                                fmt::format("at most {}", sessions.size()),
                                std::to_string(point.lanes)));
      return std::nullopt;
    }
    const auto inputs = take(inputs_of(point.rule, sessions));
    if (!inputs) { return std::nullopt; }
    Family family;
    const model::ModelShape shape = model::shape_of(point.size, inputs->window);
    family.strategies = choose_strategies(point.training_strategies, shape, sessions);
    if (family.strategies.kept.empty()) {
      const auto& dropped = family.strategies.dropped;
      diagnostics_.push_back(at(place_of(sweep_point, "train.strategies"),
                                "no training strategy remains for '" + sweep_point.subset + "'",
                                "at least one that every session can carry",
                                dropped.empty() ? "none" : dropped.front().why));
      return std::nullopt;
    }
    warn_of_absences(sweep_point, family.strategies, shape, sessions.front());
    family.window = expected_window(shape, sessions, family.strategies.kept, point.lanes);
    count(point, shape, sessions, family);
    return family;
  }

  /// Each modality once, however many points have it.
  void warn_of_absences(const SweepPoint& sweep_point, const StrategyChoice& training,
                        const model::ModelShape& shape, const SessionInfo& session) {
    const auto evaluated =
        choose_strategies(sweep_point.point.evaluation_strategies, shape, {session}).kept;
    for (const auto& [modality, names] :
         untrained_absences(evaluated, training.kept, shape, session)) {
      if (!told_absences_.insert(modality).second) { continue; }
      Diagnostic warning =
          at(place_of(sweep_point, "train.strategies"),
             fmt::format("scores of {} depend on chance: they hide {}, and training never does",
                         fmt::join(names, ", "), modality),
             "a training strategy that hides " + modality, "none", Severity::warning);
      warning.suggestion = "add 'video' (hides responses; behavior in half of its steps)";
      diagnostics_.push_back(std::move(warning));
    }
  }

  static void count(const Point& point, const model::ModelShape& shape,
                    const std::vector<SessionInfo>& sessions, Family& family) {
    std::vector<int64_t> neurons;
    std::set<std::string> animals;
    for (const SessionInfo& session : sessions) {
      neurons.push_back(session.neurons);
      // A session whose animal is unknown counts as one of its own.
      animals.insert(session.animal.empty() ? "session " + session.name : session.animal);
      const int64_t windows = training_windows(point, session);
      family.windows_unique += windows;
      family.neuron_seconds +=
          static_cast<double>(session.neurons * windows) * point.rule.seconds();
    }
    family.params = model::count_parameters(shape, neurons, static_cast<int64_t>(animals.size()));
    family.memory_bytes = model::memory_bytes(shape, family.params, point.windows_per_lane,
                                              *std::max_element(neurons.begin(), neurons.end()));
  }

  void plan_one(SweepPoint sweep_point, const Family& family) {
    PlannedPoint planned;
    planned.sweep_point = std::move(sweep_point);
    const Point& point = planned.point();
    planned.params = family.params;
    planned.memory_bytes = family.memory_bytes;
    planned.windows_unique = family.windows_unique;
    planned.neuron_seconds = family.neuron_seconds;
    for (const DroppedStrategy& dropped : family.strategies.dropped) {
      planned.strategies_dropped.push_back(dropped.name);
    }
    planned.flops_per_window = family.window.flops;
    const auto batch =
        static_cast<double>(point.lanes) * static_cast<double>(point.windows_per_lane);
    planned.flops_per_step = family.window.flops * batch;
    planned.steps = steps_for(point.budget_flops, planned.flops_per_step);
    planned.windows = planned.steps * point.lanes * point.windows_per_lane;
    planned.flops = static_cast<double>(planned.steps) * planned.flops_per_step;
    planned.epochs =
        static_cast<double>(planned.windows) / static_cast<double>(planned.windows_unique);
    planned.neuron_seconds_seen =
        static_cast<double>(planned.windows) * family.window.neurons * point.rule.seconds();
    if (!check_steps(planned)) { return; }
    set_resources(planned);
    set_hours(planned);
    set_action(planned);
    plan_.points.push_back(std::move(planned));
  }

  /// The place of a path in the spec: its axis, its default, or the document.
  std::string place_of(const SweepPoint& point, const std::string& path) const {
    for (const Axis& axis : spec_.axes) {
      if (axis.path != path) { continue; }
      for (const Assignment& value : axis.values) {
        if (value.value == point.values[path]) { return value.pointer; }
      }
    }
    for (const Assignment& assignment : spec_.defaults) {
      if (assignment.path == path) { return assignment.pointer; }
    }
    return "";
  }

  bool check_steps(PlannedPoint& planned) {
    const Point& point = planned.point();
    const std::string place = place_of(planned.sweep_point, "budget.flops");
    const double off = std::abs(planned.flops / point.budget_flops - 1);
    if (off > kOffTargetWarning) {
      const bool error = off > kOffTargetError;
      const Diagnostic diagnostic =
          at(place,
             fmt::format("whole steps miss the budget of '{}' by {:.1f} %",
                         planned.sweep_point.name, 100 * off),
             fmt::format("a budget of many steps of {:.3g} FLOPs", planned.flops_per_step),
             fmt::format("{:g}, which is {:.2f} steps", point.budget_flops,
                         point.budget_flops / planned.flops_per_step),
             error ? Severity::error : Severity::warning);
      (error ? diagnostics_ : planned.warnings).push_back(diagnostic);
      if (error) { return false; }
    }
    if (point.warmup_steps + point.decay_steps <= planned.steps) { return true; }
    diagnostics_.push_back(
        at(place_of(planned.sweep_point, "schedule.warmup_steps"),
           "warm-up and decay of '" + planned.sweep_point.name + "' are longer than the run",
           fmt::format("at most {} steps together", planned.steps),
           fmt::format("{} + {}", point.warmup_steps, point.decay_steps)));
    return false;
  }

  void set_resources(PlannedPoint& planned) {
    NamedValues names;
    for (const Axis& axis : spec_.axes) {
      const Json& value = planned.sweep_point.values[axis.path];
      names[axis.path] = value.is_number()   ? NamedValue(value.get<double>())
                         : value.is_string() ? NamedValue(value.get<std::string>())
                                             : NamedValue();
    }
    for (size_t i = 0; i < spec_.resources.size(); ++i) {
      const ResourceRule& rule = spec_.resources[i];
      const ConditionResult result =
          rule.condition.empty() ? ConditionResult{.holds = true} : evaluate(rule.condition, names);
      if (result.fault) {
        if (!faulty_rules_.insert(i).second) { continue; }
        Diagnostic diagnostic = at(
            fmt::format("/resources/{}/if", i),
            fmt::format("the expression cannot be read at character {}", result.fault->offset + 1),
            result.fault->expected, result.fault->found);
        diagnostic.suggestion = result.fault->suggestion;
        diagnostics_.push_back(std::move(diagnostic));
      } else if (result.holds) {
        planned.nodes = rule.nodes;
        planned.devices = rule.devices;
        return;
      }
    }
  }

  void set_hours(PlannedPoint& planned) const {
    const Speeds& speeds = surroundings_.speeds;
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
    if (spec_.usd_per_device_hour) {
      planned.usd = *planned.device_hours * *spec_.usd_per_device_hour;
    }
  }

  void set_action(PlannedPoint& planned) {
    if (surroundings_.known_ids.contains(planned.sweep_point.id)) {
      planned.action = Action::reused;
      return;
    }
    const EarlierPoint* earlier =
        earlier_of(planned.sweep_point.values, planned.sweep_point.point.seed);
    if (earlier == nullptr) { return; }
    planned.action = Action::changed;
    const auto before = nlohmann::json::parse(earlier->canonical);
    for (const auto& change : nlohmann::json::diff(before, planned.sweep_point.canonical)) {
      planned.why +=
          (planned.why.empty() ? "" : ", ") + change["path"].get_ref<const std::string&>();
    }
  }

  /// Looked up by values and seed; read when the first point that is not known asks.
  const EarlierPoint* earlier_of(const Json& values, int64_t seed) {
    if (earlier_.empty()) {
      for (const EarlierPoint& point : surroundings_.earlier) {
        earlier_[seat_of(Json::parse(point.values), point.seed)] = &point;
      }
    }
    const auto found = earlier_.find(seat_of(values, seed));
    return found == earlier_.end() ? nullptr : found->second;
  }

  /// One text per values and seed, however its numbers were written.
  static std::string seat_of(const Json& values, int64_t seed) {
    std::string text;
    for (const auto& [axis, value] : values.items()) {
      text += axis + "=" +
              (value.is_number() ? fmt::format("{}", value.get<double>())
                                 : nlohmann::json(value).dump()) +
              "/";
    }
    return text + std::to_string(seed);
  }

  const Spec& spec_;
  const Manifest& manifest_;
  const Surroundings& surroundings_;
  std::map<std::string, const SessionInfo*> by_name_;
  std::map<std::string, std::optional<Family>> families_;
  std::map<std::string, const EarlierPoint*> earlier_;
  std::set<std::string> told_absences_;
  std::set<size_t> faulty_rules_;
  std::vector<Diagnostic> diagnostics_;
  Plan plan_;
};

}  // namespace

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

Parsed<Plan> make_plan(const Spec& spec, const Manifest& manifest,
                       const Surroundings& surroundings) {
  return Planner(spec, manifest, surroundings).make();
}

std::string speed_key(const nlohmann::json& canonical) {
  nlohmann::json window = canonical.at("data");
  window.erase("sessions");
  const auto train = canonical.value("train", nlohmann::json::object());
  const Point standard;
  const int64_t windows = train.value("lanes", standard.lanes) *
                          train.value("windows_per_lane", standard.windows_per_lane);
  return canonical.at("model").dump() + window.dump() +
         train.value("precision", standard.precision) + "/" + std::to_string(windows);
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
