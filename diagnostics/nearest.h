// The nearest valid name to one that is not: the second half of every "unknown key" message.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace enigma {

/// Levenshtein distance in bytes.
size_t edit_distance(std::string_view a, std::string_view b);

/// The name nearest to `word` (one that differs in case alone before all others), or nothing when
/// none is within a third of its length (at least 2).
std::optional<std::string> nearest_name(std::string_view word, std::span<const std::string> names);

/// "did you mean 'x'?", or "known: a, b, c" where nothing is near.
std::string suggest_name(std::string_view word, std::span<const std::string> names);

}  // namespace enigma
