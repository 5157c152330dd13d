// The published JSON Schema of a spec, for editors and for outside checks.
#pragma once

#include <nlohmann/json.hpp>

namespace enigma::sweeps {

/// Draft 7. Describes the spec after comments and trailing commas are gone; what depends on the
/// recordings or on several keys at once is judged by parse_spec and make_plan alone.
nlohmann::ordered_json spec_schema();

}  // namespace enigma::sweeps
