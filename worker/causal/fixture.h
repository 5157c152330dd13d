// Fixtures of causal decoders: NAME of a description like golden/causal/causal.json.
#pragma once

#include "worker/fixture.h"

namespace enigma::worker {

/// Whether the description has a case of this name.
bool has_causal_case(const nlohmann::json& fixtures, const std::string& name);

/// `mid.hidden_I`, `out.logits`, `out.loss` and, as asked for, `grad.*` and `stepN.*`, by the names
/// of the reference values. Throws InputError for what the description lacks.
model::Tensors causal_fixture(const FixtureRequest& request);

}  // namespace enigma::worker
