// `defaults`, `axes`, `zip` and `include` of a spec: assignments of values to PATHs, each value
// checked by its PATH's rule where it stands.
#pragma once

#include "sweeps/spec.h"

namespace enigma::sweeps {

/// Nested objects → assignments; unknown keys, wrong types and values of the wrong kind, and
/// settings of another family, are told.
std::vector<Assignment> read_defaults(const Document& document, const Json& value,
                                      const std::string& family,
                                      std::vector<Diagnostic>& diagnostics);

/// {PATH: [..] | {"geom": {from, to, per_decade}}} → axes sorted by PATH.
std::vector<Axis> read_axes(const Document& document, const Json& value, const std::string& family,
                            std::vector<Diagnostic>& diagnostics);

/// [{PATH: [..], …}, …] → groups, whose lists must be equally long and make no choice twice.
std::vector<ZipGroup> read_zip(const Document& document, const Json& value,
                               const std::string& family, std::vector<Diagnostic>& diagnostics);

/// [{PATH: value, …}, …] → points.
std::vector<IncludedPoint> read_include(const Document& document, const Json& value,
                                        const std::string& family,
                                        std::vector<Diagnostic>& diagnostics);

/// from · 10^(k / per_decade) up to `to` (reached where it is a whole number of steps away), each
/// rounded to ten significant digits so that the values are the same on every machine.
std::vector<double> geometric(double from, double to, int64_t per_decade);

}  // namespace enigma::sweeps
