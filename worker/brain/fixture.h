// Fixtures of the published brain model: `CONFIG/CASE` of a description like golden/fixtures.json.
#pragma once

#include "worker/fixture.h"

namespace enigma::worker {

/// Whether the description has a case of this name.
bool has_brain_case(const nlohmann::json& fixtures, const std::string& name);

/// `mid.*`, `out.*` and, as asked for, `grad.*` and `stepN.*` (parameters after N steps, where they
/// moved), by the names of the golden data. Weights are those of CONFIG_weights.safetensors. Throws
/// InputError for what the description lacks or this model has not.
model::Tensors brain_fixture(const FixtureRequest& request);

}  // namespace enigma::worker
