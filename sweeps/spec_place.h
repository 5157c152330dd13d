// Where in a spec the thing stands that a diagnostic of its plan is about.
#pragma once

#include "sweeps/spec.h"

#include <string>

namespace enigma::sweeps {

/// A diagnostic at `pointer` of the spec.
Diagnostic diagnostic_at(const Spec& spec, const std::string& pointer, std::string message,
                         std::string expected, std::string found,
                         Severity severity = Severity::error);

/// The pointer of a PATH for a point with these values: its formula, the value of its axis, zip
/// group or included point, its default, or the whole document.
std::string place_of(const Spec& spec, const Json& values, const std::string& path);

}  // namespace enigma::sweeps
