#include "sweeps/quantity.h"

#include "sweeps/expand.h"
#include "sweeps/family.h"
#include "sweeps/setting.h"

#include <algorithm>
#include <set>

namespace enigma::sweeps {
namespace {

NamedValue of_size(const Point& point, int64_t model::ModelSize::*part) {
  return static_cast<double>(family_named(point.family).spelled_out(point.size).*part);
}

double neurons(const Point& point) {
  double sum = 0;
  for (const SessionRef& session : point.sessions) { sum += static_cast<double>(session.neurons); }
  return sum;
}

struct KnownQuantity {
  const char* name;
  NamedValue (*value)(const Point& point);
};

/// What follows from a size and from sessions, and is no setting.
constexpr KnownQuantity kKnown[] = {
    {"data.neurons", [](const Point& point) { return NamedValue(neurons(point)); }},
    {"data.session_count",
     [](const Point& point) { return NamedValue(static_cast<double>(point.sessions.size())); }},
    {"model.heads", [](const Point& point) { return of_size(point, &model::ModelSize::heads); }},
    {"model.layers", [](const Point& point) { return of_size(point, &model::ModelSize::layers); }},
    {"model.width", [](const Point& point) { return of_size(point, &model::ModelSize::width); }}};

const KnownQuantity* known_quantity(const std::string& name) {
  const auto found = std::find_if(std::begin(kKnown), std::end(kKnown),
                                  [&](const KnownQuantity& one) { return name == one.name; });
  return found == std::end(kKnown) ? nullptr : found;
}

NamedValue named(const nlohmann::json& value) {
  if (value.is_number()) { return value.get<double>(); }
  if (value.is_string()) { return value.get<std::string>(); }
  if (value.is_boolean()) { return std::string(value.get<bool>() ? "true" : "false"); }
  // A single strategy is written as a list of it.
  return value.is_array() && value.size() == 1 ? named(value.front()) : NamedValue();
}

std::set<std::string> worker_paths(const Spec& spec) {
  std::set<std::string> paths;
  const auto add = [&](const std::string& path) {
    if (is_worker_path(path)) { paths.insert(path); }
  };
  for (const Assignment& assignment : spec.defaults) { add(assignment.path); }
  for (const std::string& path : varied_paths(spec)) { add(path); }
  return paths;
}

}  // namespace

bool is_number_path(const std::string& path) {
  const Setting* setting = find_setting(path);
  if (setting == nullptr) { return false; }
  const auto type = setting->rule.schema.find("type");
  return is_worker_path(path) ||
         (type != setting->rule.schema.end() && (*type == "number" || *type == "integer"));
}

std::vector<std::string> quantity_names(const Spec& spec) {
  std::vector<std::string> names;
  for (const Setting& setting : settings()) {
    if (setting.is_of(spec.family)) { names.emplace_back(setting.path); }
  }
  for (const KnownQuantity& one : kKnown) { names.emplace_back(one.name); }
  for (const std::string& path : worker_paths(spec)) { names.push_back(path); }
  return names;
}

std::vector<std::string> number_names(const Spec& spec) {
  std::vector<std::string> names = quantity_names(spec);
  std::erase_if(names, [](const std::string& name) {
    return known_quantity(name) == nullptr && !is_number_path(name);
  });
  return names;
}

Quantity quantity(const std::string& name) {
  if (const KnownQuantity* known = known_quantity(name)) {
    return [known](const Point& point, const std::string&) { return known->value(point); };
  }
  if (name == "data.sessions") {
    return [](const Point&, const std::string& subset) { return NamedValue(subset); };
  }
  if (name == "model.size") {
    return [](const Point& point, const std::string&) { return NamedValue(size_name(point.size)); };
  }
  return [name](const Point& point, const std::string&) { return named(value_at(point, name)); };
}

std::vector<Quantity> quantities(const std::vector<std::string>& names) {
  std::vector<Quantity> all;
  for (const std::string& name : names) { all.push_back(quantity(name)); }
  return all;
}

PointCondition::PointCondition(const Spec& spec, const std::string& condition)
    : condition_(Condition::read(condition, quantity_names(spec))),
      quantities_(quantities(condition_.names())),
      values_(quantities_.size()) {}

bool PointCondition::holds(const Point& point, const std::string& subset) {
  for (size_t i = 0; i < quantities_.size(); ++i) { values_[i] = quantities_[i](point, subset); }
  return condition_.holds(values_);
}

}  // namespace enigma::sweeps
