// import.json: what a session was made from, and the SHA-256 of every other file of it. With it a
// finished session is told from one of another source, and from one that was changed since.
#pragma once

#include "diagnostics/diagnostic.h"
#include "recordings/import/session_record.h"
#include "recordings/import/source.h"

#include <filesystem>
#include <optional>

namespace enigma::recordings::importer {

/// What a session is a pure function of: format, version of the importer, options, source.
nlohmann::ordered_json provenance_of(ImportFormat format, const ReadOptions& options,
                                     const std::filesystem::path& source);

/// Writes import.json into a session that is otherwise complete.
void finish_session(const std::filesystem::path& session, const nlohmann::ordered_json& provenance,
                    const SessionRecord& record);

/// The content of import.json without its list of files; throws InputError where it is unreadable.
nlohmann::ordered_json finished_record(const std::filesystem::path& session);

/// Nothing where the session is whole and came from `provenance`, and the files that `source` links
/// to are as they were; else what is wrong.
std::optional<Diagnostic> unlike(const std::filesystem::path& session,
                                 const nlohmann::ordered_json& provenance,
                                 const std::filesystem::path& source);

}  // namespace enigma::recordings::importer
