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

std::string place_of(const Spec& spec, const Json& values, const std::string& path) {
  for (const Axis& axis : spec.axes) {
    if (axis.path != path) { continue; }
    for (const Assignment& value : axis.values) {
      if (value.value == values[path]) { return value.pointer; }
    }
  }
  for (const Assignment& assignment : spec.defaults) {
    if (assignment.path == path) { return assignment.pointer; }
  }
  return "";
}

}  // namespace enigma::sweeps
