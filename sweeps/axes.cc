#include "sweeps/axes.h"

#include "diagnostics/nearest.h"
#include "sweeps/family.h"
#include "sweeps/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

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
                   reading.family},
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
