#include "sweeps/expand.h"

#include "diagnostics/check.h"
#include "sweeps/family.h"
#include "sweeps/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace enigma::sweeps {
namespace {

void apply(const Spec& spec, const Assignment& assignment, Draft& draft) {
  std::vector<Diagnostic> diagnostics;
  const Setting* setting = find_setting(assignment.path);
  const bool good =
      setting != nullptr && setting->rule.read({spec.document, assignment.value, assignment.pointer,
                                                diagnostics, family_named(spec.family)},
                                               draft);
  ENIGMA_CHECK(good, "a parsed spec holds only values that its paths accept");
}

/// Odometer over the axes: the last one turns fastest. False after the last combination.
bool advance(std::vector<size_t>& index, const std::vector<Axis>& axes) {
  for (size_t i = axes.size(); i-- > 0;) {
    if (++index[i] < axes[i].values.size()) { return true; }
    index[i] = 0;
  }
  return false;
}

std::string name_of(const Spec& spec, const Draft& draft, const Json& values) {
  const Point& point = draft.point;
  std::string name =
      fmt::format("{}/{}/{:.4g}", size_name(point.size), draft.subset, point.budget_flops);
  for (const auto& [path, value] : values.items()) {
    if (path == "model.size" || path == "data.sessions" || path == "budget.flops") { continue; }
    name += "/" + path.substr(path.find('.') + 1) + "=" +
            (value.is_string() ? value.get<std::string>() : value.dump());
  }
  if (spec.seeds.size() > 1) { name += fmt::format("/seed={}", point.seed); }
  return name;
}

/// What every point of the spec has alike.
Draft common_draft(const Spec& spec, const SessionSets& sets,
                   const recordings::Manifest& manifest) {
  Draft draft;
  draft.point.rule = family_named(spec.family).rule_of(spec, manifest);
  draft.point.evaluation_sessions = refs_of(sets.at(spec.evaluation_sessions), manifest);
  draft.point.evaluation_strategies = spec.evaluation_strategies;
  std::sort(draft.point.evaluation_strategies.begin(), draft.point.evaluation_strategies.end());
  for (const Assignment& assignment : spec.defaults) { apply(spec, assignment, draft); }
  return draft;
}

}  // namespace

std::string size_name(const model::ModelSize& size) {
  if (!size.name.empty()) { return size.name; }
  return fmt::format("{}x{}x{}", size.width, size.layers, size.heads);
}

Parsed<std::vector<SweepPoint>> expand(const Spec& spec, const SessionSets& sets,
                                       const recordings::Manifest& manifest) {
  Parsed<std::vector<SweepPoint>> parsed;
  double count = static_cast<double>(spec.seeds.size());
  for (const Axis& axis : spec.axes) { count *= static_cast<double>(axis.values.size()); }
  if (count > static_cast<double>(kPointsMax)) {
    Diagnostic diagnostic = spec.document.at("/axes", "the sweep has too many points");
    diagnostic.expected = fmt::format("at most {}", kPointsMax);
    diagnostic.found = fmt::format("{:.0f}", count);
    parsed.diagnostics.push_back(std::move(diagnostic));
    return parsed;
  }
  const Draft common = common_draft(spec, sets, manifest);
  std::vector<SweepPoint> points;
  std::map<std::string, std::string> names;  // id → name of its first point
  std::vector<size_t> index(spec.axes.size(), 0);
  do {
    Draft draft = common;
    Json values = Json::object();
    for (size_t i = 0; i < spec.axes.size(); ++i) {
      const Assignment& assignment = spec.axes[i].values[index[i]];
      apply(spec, assignment, draft);
      values[assignment.path] = assignment.value;
    }
    draft.point.sessions = refs_of(sets.at(draft.subset), manifest);
    family_named(spec.family).settle(draft.point);
    for (const int64_t seed : spec.seeds) {
      draft.point.seed = seed;
      auto json = canonical(draft.point);
      std::string id = id_of(json);
      SweepPoint point{draft.point,  std::move(json), std::move(id), name_of(spec, draft, values),
                       draft.subset, values};
      const auto [first, fresh] = names.try_emplace(point.id, point.name);
      if (fresh) {
        points.push_back(std::move(point));
        continue;
      }
      Diagnostic diagnostic = spec.document.at("/axes", "two points are the same run");
      diagnostic.severity = Severity::warning;
      diagnostic.expected = "points that differ in what is trained";
      diagnostic.found = point.name + " equals " + first->second;
      parsed.diagnostics.push_back(std::move(diagnostic));
    }
  } while (advance(index, spec.axes));
  parsed.value = std::move(points);
  return parsed;
}

}  // namespace enigma::sweeps
