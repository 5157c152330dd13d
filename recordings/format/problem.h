// A problem of a recording's file: what stands in Session's and SessionInfo's diagnostics.
#pragma once

#include "diagnostics/diagnostic.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace enigma::recordings {

/// An error at a field of a file (a key, an index or a part of it; empty: the whole file).
Diagnostic problem_in(const std::filesystem::path& file, std::string field, std::string message,
                      std::string expected, std::string found);

/// Where `path` is a symbolic link that cannot be followed: a problem that names the link, what it
/// points to, and why.
std::optional<Diagnostic> broken_link(const std::filesystem::path& path);

/// A file that cannot be opened: by its link where that leads nowhere, else for `why`.
Diagnostic unopened(const std::filesystem::path& file, std::string expected, std::string why);

/// Adds those of `more` about whose files nothing is said yet.
void append_untold(std::vector<Diagnostic>& diagnostics, const std::vector<Diagnostic>& more);

/// A value as it is shown in a diagnostic: JSON of at most 80 bytes, whatever its text is encoded
/// in.
std::string shown(const nlohmann::json& value);

}  // namespace enigma::recordings
