// The end of what a worker said, as the document `logs`.
#pragma once

#include "orchestrator/documents/unknown.h"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace enigma::documents {

/// {attempt, bytes, from_byte, lines[]} of the worker's log in the folder of an attempt: at most
/// `lines_max` of its last lines, whole ones from byte `from_byte` of `bytes`, out of at most the
/// last quarter of a megabyte. Nothing where there is no log.
std::optional<Json> log_tail(const std::filesystem::path& attempt_folder, int64_t attempt,
                             size_t lines_max);

}  // namespace enigma::documents
