// A problem of a recording's file: what stands in Session's and SessionInfo's diagnostics.
#pragma once

#include "diagnostics/diagnostic.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace enigma::recordings {

/// An error at a field of a file (a key, an index or a part of it; empty: the whole file).
Diagnostic problem_in(const std::filesystem::path& file, std::string field, std::string message,
                      std::string expected, std::string found);

/// A value as it is shown in a diagnostic: JSON of at most 80 bytes, whatever its text is encoded
/// in.
std::string shown(const nlohmann::json& value);

}  // namespace enigma::recordings
