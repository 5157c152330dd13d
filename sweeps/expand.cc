#include "sweeps/expand.h"

#include "diagnostics/check.h"
#include "sweeps/canonical.h"
#include "sweeps/family.h"
#include "sweeps/point_rules.h"
#include "sweeps/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <unordered_map>
#include <utility>

namespace enigma::sweeps {
namespace {

/// What an assignment does to a point, looked up once.
struct Step {
  const Assignment* assignment;
  const Setting* setting;
  size_t slot;        ///< among the varied PATHs
  std::string label;  ///< in the names of points
};

/// PATHs that vary together: of an axis one, of a zip group several.
struct Digit {
  std::vector<std::vector<Step>> choices;
  size_t at = 0;
};

/// What names of points say by themselves.
bool is_in_every_name(const std::string& path) {
  return path == "model.size" || path == "data.sessions" || path == "budget.flops";
}

std::string label_of(const std::string& path, const Json& value) {
  if (is_in_every_name(path) || value.is_null()) { return ""; }
  return "/" + path.substr(path.find('.') + 1) + "=" +
         (value.is_string() ? value.get<std::string>() : value.dump());
}

class Expander {
 public:
  Expander(const Spec& spec, const SessionSets& sets, const recordings::Manifest& manifest)
      : spec_(spec),
        family_(family_named(spec.family)),
        varied_(varied_paths(spec)),
        rules_(spec),
        writer_(spec.family) {
    for (const auto& [name, sessions] : sets) {
      sessions_[name] = refs_of(sessions, manifest);
      digests_[name] = digest_of(sessions_[name]);
    }
    begin(manifest);
  }

  Parsed<std::vector<SweepPoint>> expand() {
    if (!check_count()) { return {std::nullopt, std::move(diagnostics_)}; }
    if (has_product(spec_)) { add_product(); }
    for (const IncludedPoint& point : spec_.include) { add_included(point); }
    if (!is_full_ && !has_errors(diagnostics_)) { rules_.tell(diagnostics_); }
    if (has_errors(diagnostics_)) { return {std::nullopt, std::move(diagnostics_)}; }
    return {std::move(points_), std::move(diagnostics_)};
  }

 private:
  /// What every point has alike, and the values of varied PATHs where a point says nothing.
  void begin(const recordings::Manifest& manifest) {
    Point& point = common_.point;
    point.family = spec_.family;
    point.rule = family_.rule_of(spec_, manifest);
    point.evaluation_sessions = sessions_.at(spec_.evaluation_sessions);
    point.evaluation_strategies = spec_.evaluation_strategies;
    std::sort(point.evaluation_strategies.begin(), point.evaluation_strategies.end());
    for (const std::string& path : varied_) {
      common_values_[path] = find_setting(path)->required ? Json() : Json(value_at(point, path));
    }
    labels_.resize(varied_.size());
    for (size_t i = 0; i < varied_.size(); ++i) {
      slots_[varied_[i]] = i;
      const bool is_derived =
          std::any_of(spec_.derive.begin(), spec_.derive.end(),
                      [&](const Derivation& one) { return one.path == varied_[i]; });
      if (!is_derived) { labels_[i] = label_of(varied_[i], common_values_[varied_[i]]); }
    }
    draft_ = common_;
    values_ = common_values_;
    for (const Assignment& assignment : spec_.defaults) { apply(step_of(assignment)); }
    common_ = draft_;
    common_values_ = values_;
    common_labels_ = labels_;
  }

  Step step_of(const Assignment& assignment) const {
    const auto slot = slots_.find(assignment.path);
    return {&assignment, find_setting(assignment.path),
            slot == slots_.end() ? varied_.size() : slot->second,
            label_of(assignment.path, assignment.value)};
  }

  void apply(const Step& step) {
    const Assignment& assignment = *step.assignment;
    const bool good = step.setting != nullptr &&
                      step.setting->rule.read({spec_.document, assignment.value, assignment.pointer,
                                               faults_, family_, assignment.path},
                                              draft_);
    ENIGMA_CHECK(good, "a parsed spec holds only values that its paths accept");
    if (step.slot == varied_.size()) { return; }
    value_at_slot(step.slot) = assignment.value;
    labels_[step.slot] = step.label;
  }

  Json& value_at_slot(size_t slot) {
    auto& members = values_.get_ref<Json::object_t&>();  // a vector: it keeps their order
    return std::next(members.begin(), static_cast<std::ptrdiff_t>(slot))->second;
  }

  /// The axes of each digit: every axis is one, and every zip group.
  std::vector<std::vector<const Axis*>> axes_of_digits() const {
    std::vector<std::vector<const Axis*>> all;
    for (const Axis& axis : spec_.axes) { all.push_back({&axis}); }
    for (const ZipGroup& group : spec_.zip) {
      all.emplace_back();
      for (const Axis& axis : group.axes) { all.back().push_back(&axis); }
    }
    return all;
  }

  bool check_count() {
    double count = has_product(spec_) ? 1 : 0;
    for (const auto& axes : axes_of_digits()) {
      count *= static_cast<double>(axes.front()->values.size());
    }
    count += static_cast<double>(spec_.include.size());
    count *= static_cast<double>(spec_.seeds.size());
    const size_t most = spec_.filters.empty() ? kPointsMax : kCandidatesMax;
    if (count > static_cast<double>(most)) { refuse(most, fmt::format("{:.0f}", count)); }
    const size_t points = std::min(kPointsMax, static_cast<size_t>(count));
    points_.reserve(points);
    known_.reserve(points);
    return !is_full_;
  }

  void refuse(size_t most, std::string found) {
    is_full_ = true;
    Diagnostic diagnostic = spec_.document.at("/axes", "the sweep has too many points");
    diagnostic.expected = fmt::format("at most {}", most);
    diagnostic.found = std::move(found);
    diagnostics_.push_back(std::move(diagnostic));
  }

  std::vector<Digit> digits() const {
    std::vector<Digit> all;
    for (const auto& axes : axes_of_digits()) {
      Digit& digit = all.emplace_back();
      digit.choices.resize(axes.front()->values.size());
      for (const Axis* axis : axes) {
        for (size_t k = 0; k < axis->values.size(); ++k) {
          digit.choices[k].push_back(step_of(axis->values[k]));
        }
      }
    }
    return all;
  }

  void apply(const Digit& digit) {
    for (const Step& step : digit.choices[digit.at]) { apply(step); }
  }

  /// Odometer over the digits: the last one turns fastest. False after the last combination.
  bool advance(std::vector<Digit>& digits) {
    for (size_t i = digits.size(); i-- > 0;) {
      Digit& digit = digits[i];
      const bool turns = ++digit.at < digit.choices.size();
      if (!turns) { digit.at = 0; }
      apply(digit);
      if (turns) { return true; }
    }
    return false;
  }

  void add_product() {
    std::vector<Digit> all = digits();
    for (const Digit& digit : all) { apply(digit); }
    do { add("/axes"); } while (!is_full_ && advance(all));
  }

  void add_included(const IncludedPoint& point) {
    draft_ = common_;
    values_ = common_values_;
    labels_ = common_labels_;
    for (const Assignment& value : point.values) { apply(step_of(value)); }
    add(point.pointer);
  }

  /// The point of the draft, once for each seed, unless a filter leaves it out.
  void add(const std::string& pointer) {
    Draft draft = draft_;
    draft.point.sessions = sessions_.at(draft.subset);
    family_.settle(draft.point);
    if (!rules_.derive(draft, diagnostics_) || !rules_.keeps(draft)) { return; }
    for (const Derivation& derivation : spec_.derive) {
      value_at_slot(slots_.at(derivation.path)) = value_at(draft.point, derivation.path);
    }
    writer_.take(draft.point);
    const std::string name = name_of(draft);
    for (const int64_t seed : spec_.seeds) {
      draft.point.seed = seed;
      std::string text = writer_.text(seed);
      std::string id = id_of(std::string_view(text));
      keep({draft.point, std::move(text), std::move(id),
            spec_.seeds.size() > 1 ? name + "/seed=" + std::to_string(seed) : name, draft.subset,
            digests_.at(draft.subset), values_},
           pointer);
    }
  }

  std::string name_of(const Draft& draft) const {
    std::string name = fmt::format("{}/{}/{:.4g}", size_name(draft.point.size), draft.subset,
                                   draft.point.budget_flops);
    for (const std::string& label : labels_) { name += label; }
    return name;
  }

  void keep(SweepPoint point, const std::string& pointer) {
    uint64_t number = 0;  // an id is 16 hexadecimal digits
    std::from_chars(point.id.data(), point.id.data() + point.id.size(), number, 16);
    const auto [first, fresh] = known_.try_emplace(number, points_.size());
    if (!fresh) { return tell_same(point, points_[first->second], pointer); }
    if (points_.size() == kPointsMax) {
      return refuse(kPointsMax, "more, after 'where' and 'exclude'");
    }
    points_.push_back(std::move(point));
  }

  void tell_same(const SweepPoint& point, const SweepPoint& first, const std::string& pointer) {
    Diagnostic diagnostic = spec_.document.at(pointer, "two points are the same run");
    diagnostic.severity = Severity::warning;
    diagnostic.expected = "points that differ in what is trained";
    diagnostic.found = point.name + " equals " + first.name;
    diagnostics_.push_back(std::move(diagnostic));
  }

  const Spec& spec_;
  const Family& family_;
  std::vector<std::string> varied_;
  std::map<std::string, size_t> slots_;          ///< PATH → its place in varied_
  std::map<std::string, SessionRefs> sessions_;  ///< by name of their set
  std::map<std::string, std::string> digests_;
  PointRules rules_;
  CanonicalWriter writer_;

  Draft common_, draft_;
  Json common_values_ = Json::object(), values_;
  std::vector<std::string> common_labels_, labels_;  ///< by varied PATH

  std::vector<SweepPoint> points_;
  std::unordered_map<uint64_t, size_t> known_;  ///< id → its place in points_
  bool is_full_ = false;
  std::vector<Diagnostic> diagnostics_, faults_;
};

}  // namespace

std::string size_name(const model::ModelSize& size) {
  if (!size.name.empty()) { return size.name; }
  return fmt::format("{}x{}x{}", size.width, size.layers, size.heads);
}

Parsed<std::vector<SweepPoint>> expand(const Spec& spec, const SessionSets& sets,
                                       const recordings::Manifest& manifest) {
  return Expander(spec, sets, manifest).expand();
}

}  // namespace enigma::sweeps
