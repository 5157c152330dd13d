// A problem of a recording's file: what stands in Session's and SessionInfo's diagnostics.
#pragma once

#include "diagnostics/diagnostic.h"

#include <filesystem>
#include <string>

namespace enigma::recordings {

/// An error at a field of a file (a key, an index or a part of it; empty: the whole file).
Diagnostic problem_in(const std::filesystem::path& file, std::string field, std::string message,
                      std::string expected, std::string found);

}  // namespace enigma::recordings
