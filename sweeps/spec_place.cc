#include "sweeps/spec_place.h"

#include <utility>

namespace enigma::sweeps {

Diagnostic diagnostic_at(const Spec& spec, const std::string& pointer, std::string message,
                         std::string expected, std::string found, Severity severity) {
  Diagnostic diagnostic = spec.document.at(pointer, std::move(message));
  diagnostic.severity = severity;
  diagnostic.expected = std::move(expected);
  diagnostic.found = std::move(found);
  return diagnostic;
}

namespace {

/// The assignment of this value to the PATH among `assignments`; null where there is none.
const Assignment* find_value(const std::vector<Assignment>& assignments, const std::string& path,
                             const Json& value) {
  for (const Assignment& one : assignments) {
    if (one.path == path && one.value == value) { return &one; }
  }
  return nullptr;
}

const Assignment* find_value(const Spec& spec, const std::string& path, const Json& value) {
  const auto in_axes = [&](const std::vector<Axis>& axes) -> const Assignment* {
    for (const Axis& axis : axes) {
      if (axis.path == path) { return find_value(axis.values, path, value); }
    }
    return nullptr;
  };
  if (const Assignment* found = in_axes(spec.axes)) { return found; }
  for (const ZipGroup& group : spec.zip) {
    if (const Assignment* found = in_axes(group.axes)) { return found; }
  }
  for (const IncludedPoint& point : spec.include) {
    if (const Assignment* found = find_value(point.values, path, value)) { return found; }
  }
  return nullptr;
}

}  // namespace

std::string place_of(const Spec& spec, const Json& values, const std::string& path) {
  for (const Derivation& derivation : spec.derive) {
    if (derivation.path == path) { return derivation.pointer; }
  }
  if (const auto value = values.find(path); value != values.end()) {
    if (const Assignment* found = find_value(spec, path, *value)) { return found->pointer; }
  }
  for (const Assignment& assignment : spec.defaults) {
    if (assignment.path == path) { return assignment.pointer; }
  }
  return "";
}

}  // namespace enigma::sweeps
