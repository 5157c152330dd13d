// What is to be imported: the formats, and the sessions that a path of one of them stands for.
#pragma once

#include "recordings/import/read_request.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace enigma::recordings::importer {

enum class ImportFormat { sensorium2022, sensorium2023, nwb, video };

std::string_view name_of(ImportFormat format);
/// Throws InputError with a suggestion where there is no such format.
ImportFormat import_format_of(const std::string& name);

struct ImportSource {
  std::string name;  ///< of the session: the folder's name, or the file's without its ending
  std::filesystem::path path;
};

/// The sessions under `path`: itself, or those of the format inside (at any depth), sorted by name.
/// Throws InputError where there is none, or where two would have one name.
std::vector<ImportSource> find_sources(ImportFormat format, const std::filesystem::path& path);

/// {name, bytes, sha256} of a file or of a folder's data/ and meta/ (SHA-256 over the sorted lines
/// "relative path\tsize\tSHA-256\n"): what a finished session is recognised by.
nlohmann::ordered_json identity_of(const std::filesystem::path& source);

/// Those of the options that matter to a format.
nlohmann::ordered_json options_json(ImportFormat format, const ReadOptions& options);

}  // namespace enigma::recordings::importer
