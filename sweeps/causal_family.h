// The causal decoder to plans and settings: a session is a shard of tokens, a window a sequence of
// them.
#pragma once

#include "model/causal/shape/shape.h"
#include "sweeps/family.h"

#include <cstdint>
#include <optional>
#include <string>

namespace enigma::sweeps {

const Family& causal_family();

/// Inputs of one sequence; it holds one token more, the last target.
int64_t sequence_tokens(const Point& point);

/// What a point says of its model beside the size.
model::CausalOptions causal_options_of(const Point& point, int64_t vocabulary);

/// Why what a point says of its parametrization is not whole, or nothing.
std::optional<std::string> check_parametrization(const Point& point);

/// Sequences of a shard that do not overlap but for their last target.
int64_t sequences_in(int64_t tokens, int64_t sequence_tokens);

}  // namespace enigma::sweeps
