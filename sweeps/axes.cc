#include "sweeps/axes.h"

#include "diagnostics/nearest.h"
#include "sweeps/family.h"
#include "sweeps/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

namespace enigma::sweeps {
namespace {

constexpr size_t kValuesMax = 10'000;

void report_unknown_path(const Document& document, const std::string& path,
                         const std::string& pointer, std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> known;
  for (const Setting& setting : settings()) { known.emplace_back(setting.path); }
  Diagnostic diagnostic = document.at(pointer, "unknown path '" + path + "'", true);
  diagnostic.suggestion = suggest_name(path, known);
  if (is_unsupported_path(path)) {
    diagnostic.message = "'" + path + "' is not supported by this version";
    diagnostic.suggestion = "leave it out";
  }
  diagnostics.push_back(std::move(diagnostic));
}

/// Where values stand, and whose they are.
struct Reading {
  const Document& document;
  const Family& family;
  std::vector<Diagnostic>& diagnostics;
};

/// The row of a PATH that models of the family have; told where there is none.
const Setting* setting_of(const Reading& reading, const std::string& path,
                          const std::string& pointer) {
  const Setting* setting = find_setting(path);
  if (setting == nullptr) {
    report_unknown_path(reading.document, path, pointer, reading.diagnostics);
  } else if (!setting->is_of(reading.family.name())) {
    Diagnostic diagnostic = reading.document.at(
        pointer, fmt::format("'{}' is a setting of the family '{}'", path, setting->family), true);
    diagnostic.expected = fmt::format("settings of the family '{}'", reading.family.name());
    diagnostic.suggestion = "leave it out";
    reading.diagnostics.push_back(std::move(diagnostic));
    return nullptr;
  }
  return setting;
}

/// Tries the value on a draft of its own: only its diagnostics matter here.
bool check_value(const Reading& reading, const Assignment& assignment) {
  Draft scratch;
  return find_setting(assignment.path)
      ->rule.read({reading.document, assignment.value, assignment.pointer, reading.diagnostics,
                   reading.family, assignment.path},
                  scratch);
}

std::vector<Assignment> listed(const Reading& reading, const std::string& path, const Json& list,
                               const std::string& pointer) {
  std::vector<Assignment> values;
  for (size_t i = 0; i < list.size(); ++i) {
    Assignment value{path, child_pointer(pointer, std::to_string(i)), list[i]};
    if (!check_value(reading, value)) { continue; }
    const bool twice = std::any_of(values.begin(), values.end(),
                                   [&](const Assignment& other) { return other.value == list[i]; });
    if (twice) {
      Diagnostic diagnostic = reading.document.at(value.pointer, "duplicate value in the axis");
      diagnostic.expected = "each value once";
      diagnostic.found = describe(list[i]);
      reading.diagnostics.push_back(std::move(diagnostic));
      continue;
    }
    values.push_back(std::move(value));
  }
  return values;
}

void report(const Reading& reading, const std::string& pointer, std::string message,
            std::string expected, std::string found) {
  Diagnostic diagnostic = reading.document.at(pointer, std::move(message));
  diagnostic.expected = std::move(expected);
  diagnostic.found = std::move(found);
  reading.diagnostics.push_back(std::move(diagnostic));
}

std::vector<Assignment> spelled_out(const Reading& reading, const std::string& path,
                                    const Json& json, const std::string& pointer) {
  const Document& document = reading.document;
  std::vector<Diagnostic>& diagnostics = reading.diagnostics;
  Fields outer(document, json, pointer, diagnostics);
  const Json* geom = outer.need("geom", "{from, to, per_decade}");
  outer.finish();
  if (geom == nullptr) { return {}; }
  const std::string place = outer.pointer("geom");
  Fields fields(document, *geom, place, diagnostics);
  for (const char* key : {"from", "to", "per_decade"}) { fields.need(key, "a positive number"); }
  const auto from = fields.number("from", kPositive);
  const auto to = fields.number("to", kPositive);
  const auto per_decade = fields.integer("per_decade", 1, 1000);
  fields.finish();
  if (!from || !to || !per_decade) { return {}; }
  if (*from > *to) {
    Diagnostic diagnostic = document.at(fields.pointer("from"), "the axis is empty");
    diagnostic.expected = "from at most to";
    diagnostic.found = fmt::format("{:g} > {:g}", *from, *to);
    diagnostics.push_back(std::move(diagnostic));
    return {};
  }
  std::vector<Assignment> values;
  for (const double value : geometric(*from, *to, *per_decade)) {
    const size_t before = diagnostics.size();
    values.push_back({path, place, value});
    check_value(reading, values.back());
    if (diagnostics.size() > before) {
      break;  // once is enough: all values share one place
    }
  }
  return values;
}

Axis read_axis(const Reading& reading, const std::string& path, const Json& value,
               const std::string& pointer) {
  if (value.is_object()) { return {path, spelled_out(reading, path, value, pointer)}; }
  if (value.is_array() && !value.empty() && value.size() <= kValuesMax) {
    return {path, listed(reading, path, value, pointer)};
  }
  const bool empty = value.is_array() && value.empty();
  Diagnostic diagnostic = reading.document.at(pointer, empty ? "the axis is empty" : "not an axis");
  diagnostic.expected =
      fmt::format("a list of 1 to {} values or {{\"geom\": {{from, to, per_decade}}}}", kValuesMax);
  diagnostic.found = describe(value);
  reading.diagnostics.push_back(std::move(diagnostic));
  return {path, {}};
}

/// The values of a PATH in a zip group: one may come twice, beside others of another PATH.
Axis read_zipped(const Reading& reading, const std::string& path, const Json& list,
                 const std::string& pointer) {
  Axis axis{path, {}};
  if (!list.is_array() || list.empty() || list.size() > kValuesMax) {
    report(reading, pointer, "not a list of values",
           fmt::format("a list of 1 to {} values", kValuesMax), describe(list));
    return axis;
  }
  for (size_t i = 0; i < list.size(); ++i) {
    Assignment value{path, child_pointer(pointer, std::to_string(i)), list[i]};
    if (check_value(reading, value)) { axis.values.push_back(std::move(value)); }
  }
  return axis;
}

/// Lists as they stand, so that a wrong value in one is not told as a missing one.
bool check_lengths(const Reading& reading, const Json& group, const std::string& pointer) {
  bool equal = true;
  const auto first = group.begin();
  for (const auto& [path, list] : group.items()) {
    if (!list.is_array() || !first->is_array() || list.size() == first->size()) { continue; }
    equal = false;
    report(reading, child_pointer(pointer, path), "lists of a group of 'zip' are equally long",
           fmt::format("{} values, as '{}' has", first->size(), first.key()),
           fmt::format("{}", list.size()));
  }
  return equal;
}

/// The choices of a group as texts: the k-th values of all PATHs.
std::vector<std::string> choices_of(const ZipGroup& group) {
  std::vector<std::string> choices(group.axes.front().values.size());
  for (const Axis& axis : group.axes) {
    for (size_t k = 0; k < choices.size(); ++k) {
      const Json& value = axis.values[k].value;
      choices[k] += (value.is_number() ? Json(value.get<double>()) : value).dump() + ",";
    }
  }
  return choices;
}

void check_choices(const Reading& reading, const ZipGroup& group) {
  std::map<std::string, size_t> seen;
  const std::vector<std::string> choices = choices_of(group);
  for (size_t k = 0; k < choices.size(); ++k) {
    const auto [first, fresh] = seen.try_emplace(choices[k], k);
    if (fresh) { continue; }
    report(reading, group.axes.front().values[k].pointer, "duplicate values in the group of 'zip'",
           "each choice once", fmt::format("those at {} again", first->second));
  }
}

ZipGroup read_zip_group(const Reading& reading, const Json& json, const std::string& pointer) {
  ZipGroup group{pointer, {}};
  const size_t before = reading.diagnostics.size();
  for (const auto& [path, list] : json.items()) {
    const std::string place = child_pointer(pointer, path);
    if (setting_of(reading, path, place)) {
      group.axes.push_back(read_zipped(reading, path, list, place));
    }
  }
  if (!check_lengths(reading, json, pointer)) { return group; }
  std::sort(group.axes.begin(), group.axes.end(),
            [](const Axis& a, const Axis& b) { return a.path < b.path; });
  if (reading.diagnostics.size() == before) { check_choices(reading, group); }
  return group;
}

IncludedPoint read_included(const Reading& reading, const Json& json, const std::string& pointer) {
  IncludedPoint point{pointer, {}};
  for (const auto& [path, value] : json.items()) {
    Assignment assignment{path, child_pointer(pointer, path), value};
    if (setting_of(reading, path, assignment.pointer) && check_value(reading, assignment)) {
      point.values.push_back(std::move(assignment));
    }
  }
  return point;
}

/// Calls `read` for each object of the list that stands at `pointer`.
template <typename Read>
void each_object(const Reading& reading, const Json& list, const std::string& pointer,
                 const char* expected, Read read) {
  if (!list.is_array() || list.empty()) {
    report(reading, pointer, list.is_array() ? "an empty list" : "wrong type", expected,
           describe(list));
    return;
  }
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string place = child_pointer(pointer, std::to_string(i));
    if (!list[i].is_object() || list[i].empty()) {
      report(reading, place, list[i].is_object() ? "an empty object" : "wrong type",
             "an object of PATHs", describe(list[i]));
      continue;
    }
    read(list[i], place);
  }
}

void read_group(const Reading& reading, const std::string& group, const Json& members,
                const std::string& pointer, std::vector<Assignment>& out) {
  for (const auto& [key, value] : members.items()) {
    const std::string path = group + "." + key;
    Assignment assignment{path, child_pointer(pointer, key), value};
    if (setting_of(reading, path, assignment.pointer) && check_value(reading, assignment)) {
      out.push_back(std::move(assignment));
    }
  }
}

}  // namespace

std::vector<Assignment> read_defaults(const Document& document, const Json& value,
                                      const std::string& family,
                                      std::vector<Diagnostic>& diagnostics) {
  const Reading reading{document, family_named(family), diagnostics};
  std::vector<Assignment> assignments;
  Fields fields(document, value, "/defaults", diagnostics);
  std::vector<std::string> groups = setting_groups();
  groups.emplace_back(kWorkerGroup);
  for (const std::string& group : groups) {
    const Json* members = fields.get(group);
    if (members == nullptr) { continue; }
    const std::string pointer = fields.pointer(group);
    Fields check(document, *members, pointer, diagnostics);
    if (members->is_object()) { read_group(reading, group, *members, pointer, assignments); }
  }
  fields.finish();
  return assignments;
}

std::vector<Axis> read_axes(const Document& document, const Json& value, const std::string& family,
                            std::vector<Diagnostic>& diagnostics) {
  const Reading reading{document, family_named(family), diagnostics};
  std::vector<Axis> axes;
  Fields fields(document, value, "/axes", diagnostics);
  if (!value.is_object()) { return axes; }
  for (const auto& [path, values] : value.items()) {
    const std::string pointer = fields.pointer(path);
    if (setting_of(reading, path, pointer)) {
      axes.push_back(read_axis(reading, path, values, pointer));
    }
  }
  std::sort(axes.begin(), axes.end(), [](const Axis& a, const Axis& b) { return a.path < b.path; });
  return axes;
}

std::vector<ZipGroup> read_zip(const Document& document, const Json& value,
                               const std::string& family, std::vector<Diagnostic>& diagnostics) {
  const Reading reading{document, family_named(family), diagnostics};
  std::vector<ZipGroup> groups;
  each_object(reading, value, "/zip", "a list of groups {PATH: [values]}",
              [&](const Json& json, const std::string& pointer) {
                groups.push_back(read_zip_group(reading, json, pointer));
              });
  return groups;
}

std::vector<IncludedPoint> read_include(const Document& document, const Json& value,
                                        const std::string& family,
                                        std::vector<Diagnostic>& diagnostics) {
  const Reading reading{document, family_named(family), diagnostics};
  std::vector<IncludedPoint> points;
  each_object(reading, value, "/include", "a list of points {PATH: value}",
              [&](const Json& json, const std::string& pointer) {
                points.push_back(read_included(reading, json, pointer));
              });
  return points;
}

std::vector<double> geometric(double from, double to, int64_t per_decade) {
  std::vector<double> values;
  for (size_t k = 0; k < kValuesMax; ++k) {
    const double exact = from * std::pow(10.0, static_cast<double>(k) / double(per_decade));
    if (!(exact <= to * (1 + 1e-9))) { break; }
    const std::string digits = fmt::format("{:.9e}", exact);
    double rounded = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), rounded);
    values.push_back(rounded);
  }
  return values;
}

}  // namespace enigma::sweeps
