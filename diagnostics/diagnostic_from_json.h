// Diagnostics of another program, as it wrote them in JSON, with their places.
#pragma once

#include "diagnostics/diagnostic.h"

#include <vector>

namespace enigma {

/// The inverse of to_json. Keys that are absent, or of another type, are unknown.
Diagnostic diagnostic_of(const nlohmann::json& json);
/// What is no object in the list is left out.
std::vector<Diagnostic> diagnostics_of(const nlohmann::json& list);

}  // namespace enigma
