#include "sweeps/point_rules.h"

#include "diagnostics/nearest.h"
#include "sweeps/family.h"
#include "sweeps/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace enigma::sweeps {
namespace {

void report(const Document& document, std::vector<Diagnostic>& diagnostics,
            const std::string& pointer, std::string message, std::string expected,
            std::string found, std::string suggestion = {}) {
  Diagnostic diagnostic = document.at(pointer, std::move(message));
  diagnostic.expected = std::move(expected);
  diagnostic.found = std::move(found);
  diagnostic.suggestion = std::move(suggestion);
  diagnostics.push_back(std::move(diagnostic));
}

/// Whether a PATH may be derived; told where it may not.
bool check_path(const Document& document, const Derivation& derivation, const Spec& spec,
                std::vector<Diagnostic>& diagnostics) {
  const Setting* setting = find_setting(derivation.path);
  if (setting == nullptr || !setting->is_of(spec.family)) {
    Diagnostic unknown =
        document.at(derivation.pointer, "unknown path '" + derivation.path + "'", true);
    unknown.suggestion = suggest_name(derivation.path, number_names(spec));
    diagnostics.push_back(std::move(unknown));
    return false;
  }
  if (is_number_path(derivation.path)) { return true; }
  report(document, diagnostics, derivation.pointer,
         "'" + derivation.path + "' is no number and cannot be derived", "a PATH of numbers",
         setting->rule.words);
  return false;
}

std::vector<Derivation> read_derivations(const Document& document, const Json& json,
                                         const Spec& spec, std::vector<Diagnostic>& diagnostics) {
  std::vector<Derivation> derivations;
  Fields fields(document, json, "/derive", diagnostics);
  if (!json.is_object()) { return derivations; }
  for (const auto& [path, value] : json.items()) {
    Derivation derivation{path, fields.pointer(path), {}};
    const bool good = check_path(document, derivation, spec, diagnostics);
    auto text = read_text(document, value, derivation.pointer, diagnostics);
    if (!good || !text) { continue; }
    derivation.formula = std::move(*text);
    derivations.push_back(std::move(derivation));
  }
  return derivations;
}

/// PATH → names of its formula; a formula that cannot be read is told.
std::map<std::string, std::vector<std::string>> names_of_formulas(
    const Document& document, const Spec& spec, std::vector<Diagnostic>& diagnostics) {
  const std::vector<std::string> known = number_names(spec);
  std::map<std::string, std::vector<std::string>> names;
  for (const Derivation& derivation : spec.derive) {
    try {
      names[derivation.path] = Formula::read(derivation.formula, known).names();
    } catch (const ExpressionFault& fault) {
      diagnostics.push_back(unreadable(document, derivation.pointer, fault));
    }
  }
  return names;
}

/// Puts derivations behind those that they name; a circle is told.
class Order {
 public:
  Order(const Document& document, const std::map<std::string, std::vector<std::string>>& names,
        std::vector<Diagnostic>& diagnostics)
      : document_(document), names_(names), diagnostics_(diagnostics) {}

  std::vector<Derivation> of(const std::vector<Derivation>& derivations) {
    std::vector<Derivation> ordered;
    for (const Derivation& one : derivations) { place(one, derivations, ordered); }
    return ordered;
  }

 private:
  void place(const Derivation& one, const std::vector<Derivation>& all,
             std::vector<Derivation>& ordered) {
    const auto open = std::find(way_.begin(), way_.end(), one.path);
    if (open != way_.end()) { return tell_circle({open, way_.end()}, one); }
    const auto formula = names_.find(one.path);
    if (formula == names_.end() || !placed_.insert(one.path).second) { return; }
    way_.push_back(one.path);
    for (const std::string& name : formula->second) {
      const auto other = std::find_if(all.begin(), all.end(),
                                      [&](const Derivation& it) { return it.path == name; });
      if (other != all.end()) { place(*other, all, ordered); }
    }
    way_.pop_back();
    ordered.push_back(one);
  }

  void tell_circle(const std::vector<std::string>& circle, const Derivation& one) {
    std::string text;
    for (const std::string& path : circle) { text += path + " <- "; }
    report(document_, diagnostics_, one.pointer, "derived values depend on each other in a circle",
           "formulas over what is set elsewhere", text + one.path);
  }

  const Document& document_;
  const std::map<std::string, std::vector<std::string>>& names_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<std::string> way_;
  std::set<std::string> placed_;
};

bool check_condition(const Document& document, const std::string& condition,
                     const std::string& pointer, const std::vector<std::string>& known,
                     std::vector<Diagnostic>& diagnostics) {
  try {
    Condition::read(condition, known);
    return true;
  } catch (const ConditionFault& fault) {
    diagnostics.push_back(unreadable(document, pointer, fault));
    return false;
  }
}

void read_conditions(const Document& document, const Json* json, const std::string& pointer,
                     bool excludes, Spec& spec, std::vector<Diagnostic>& diagnostics) {
  if (json == nullptr) { return; }
  const auto texts = read_texts(document, *json, pointer, diagnostics);
  if (!texts) { return; }
  const std::vector<std::string> known = quantity_names(spec);
  for (size_t i = 0; i < texts->size(); ++i) {
    PointFilter filter{child_pointer(pointer, std::to_string(i)), (*texts)[i], excludes};
    if (check_condition(document, filter.condition, filter.pointer, known, diagnostics)) {
      spec.filters.push_back(std::move(filter));
    }
  }
}

}  // namespace

void read_derive(const Document& document, const Json& json, Spec& spec,
                 std::vector<Diagnostic>& diagnostics) {
  spec.derive = read_derivations(document, json, spec, diagnostics);
  const auto names = names_of_formulas(document, spec, diagnostics);
  spec.derive = Order(document, names, diagnostics).of(spec.derive);
}

void read_filters(const Document& document, const Json* where, const Json* exclude, Spec& spec,
                  std::vector<Diagnostic>& diagnostics) {
  read_conditions(document, where, "/where", false, spec, diagnostics);
  read_conditions(document, exclude, "/exclude", true, spec, diagnostics);
}

void check_resource_conditions(const Document& document, const Spec& spec,
                               std::vector<Diagnostic>& diagnostics) {
  const std::vector<std::string> known = quantity_names(spec);
  for (size_t i = 0; i < spec.resources.size(); ++i) {
    if (spec.resources[i].condition.empty()) { continue; }
    check_condition(document, spec.resources[i].condition, fmt::format("/resources/{}/if", i),
                    known, diagnostics);
  }
}

PointRules::PointRules(const Spec& spec) : spec_(spec) {
  const std::vector<std::string> known = number_names(spec);
  for (const Derivation& derivation : spec.derive) {
    Formula formula = Formula::read(derivation.formula, known);
    std::vector<Quantity> of_names = quantities(formula.names());
    derived_.push_back({&derivation, std::move(formula), std::move(of_names)});
  }
  for (const PointFilter& filter : spec.filters) {
    filters_.push_back({&filter, PointCondition(spec, filter.condition)});
  }
}

bool PointRules::derive(Draft& draft, std::vector<Diagnostic>& diagnostics) {
  bool good = true;
  for (Derived& one : derived_) { good = set(one, draft, diagnostics) && good; }
  return good;
}

namespace {

/// The numbers that a formula is of; NaN for what a point has not, or has as a text.
std::vector<double> numbers_of(const std::vector<Quantity>& quantities, const Draft& draft) {
  std::vector<double> numbers;
  for (const Quantity& quantity : quantities) {
    const NamedValue value = quantity(draft.point, draft.subset);
    const double* number = std::get_if<double>(&value);
    numbers.push_back(number == nullptr ? std::nan("") : *number);
  }
  return numbers;
}

std::string text_of(double value, const std::vector<std::string>& names,
                    const std::vector<double>& numbers) {
  std::string text = fmt::format("{}", value);
  for (size_t i = 0; i < names.size(); ++i) {
    text += fmt::format("{} {} is {}", i == 0 ? ", where" : ",", names[i],
                        std::isnan(numbers[i]) ? "no number" : fmt::format("{}", numbers[i]));
  }
  return text;
}

}  // namespace

bool PointRules::set(Derived& derived, Draft& draft, std::vector<Diagnostic>& diagnostics) const {
  const Derivation& derivation = *derived.derivation;
  const std::vector<double> numbers = numbers_of(derived.quantities, draft);
  // What is not known makes the whole formula unknown: min() and max() would pass over it.
  const bool is_known = std::none_of(numbers.begin(), numbers.end(),
                                     [](double number) { return std::isnan(number); });
  const double value = is_known ? derived.formula.value(numbers) : std::nan("");
  const Setting& setting = *find_setting(derivation.path);
  std::vector<Diagnostic> faults;
  const Json json = std::isfinite(value) ? Json(canonical_number(value)) : Json();
  if (setting.rule.read({spec_.document, json, derivation.pointer, faults,
                         family_named(spec_.family), derivation.path},
                        draft)) {
    return true;
  }
  if (std::exchange(derived.is_told, true)) { return false; }
  report(
      spec_.document, diagnostics, derivation.pointer,
      "the formula gives no value that '" + derivation.path + "' may have", setting.rule.words,
      text_of(value, derived.formula.names(), numbers),
      setting.rule.schema.value("type", Json()) == "integer" ? "round(), floor() or ceil()" : "");
  return false;
}

bool PointRules::keeps(const Draft& draft) {
  for (Filter& one : filters_) {
    const bool holds = one.condition.holds(draft.point, draft.subset);
    const bool is_kept = holds != one.filter->excludes;
    ++(is_kept ? one.kept : one.left_out);
    if (!is_kept) { return false; }
  }
  return true;
}

void PointRules::tell(std::vector<Diagnostic>& diagnostics) const {
  for (const Filter& one : filters_) {
    const std::string found = fmt::format("none of {}", one.kept + one.left_out);
    if (one.kept == 0) {
      report(spec_.document, diagnostics, one.filter->pointer, "no point is left",
             one.filter->excludes ? "a condition that does not hold for all points"
                                  : "a condition that holds for at least one point",
             found);
      return;
    }
    if (!one.filter->excludes || one.left_out > 0) { continue; }
    report(spec_.document, diagnostics, one.filter->pointer, "the condition excludes no point",
           "one that holds for at least one point", found);
    diagnostics.back().severity = Severity::warning;
  }
}

}  // namespace enigma::sweeps
