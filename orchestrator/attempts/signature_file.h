// STORE/signatures.json: what users add to the house's table of failures.
#pragma once

#include "diagnostics/diagnostic.h"
#include "orchestrator/decide/signature.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace enigma::attempts {

/// `[{"pattern": REGEX, "class": CLASS, "role": "root"|"cascade"}]`, comments allowed; `role` is
/// root where it is not said. Patterns are ECMAScript, searched for in a line as it is written.
Parsed<decide::Signatures> parse_signatures(std::string_view text, const std::string& file);

/// The user's, then the house's. Throws InputError where the file is wrong.
decide::Signatures signatures_of(const std::filesystem::path& store);

}  // namespace enigma::attempts
