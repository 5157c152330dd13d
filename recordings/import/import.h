// Other people's recordings into the native layout: each session read by a process of its own,
// written aside, made durable, renamed. Safe to repeat after a kill: what is finished is
// recognised.
#pragma once

#include "recordings/import/reader_process.h"
#include "recordings/import/source.h"

#include <functional>
#include <vector>

namespace enigma::recordings::importer {

struct ImportOptions {
  ImportFormat format = ImportFormat::nwb;
  std::filesystem::path source, out;
  ReadOptions options;
  ReaderLimits limits;
  int64_t jobs = 0;  ///< sessions read at once; 0 = one a core
  /// Sessions finished, how far those being read are (in sessions), and how many there are.
  std::function<void(int64_t finished, double reading, int64_t total)> progress;
};

struct ImportedSession {
  std::string name;
  std::filesystem::path path;
  bool made = false;  ///< false: it was there already, whole and from the same source
  std::string digest;
  nlohmann::ordered_json record;     ///< of import.json, without the list of files
  std::vector<Diagnostic> problems;  ///< why there is none; empty = it is there
};

/// Imports every session of the source into `out`/NAME and writes `out`/manifest.json over all that
/// stand there. A session that cannot be read stands in the answer with its problems and does not
/// keep the others from being imported. Throws InputError where nothing can be done at all;
/// std::runtime_error where the surroundings fail (a full disk, a folder that cannot be written).
std::vector<ImportedSession> import_sessions(const ImportOptions& options);

}  // namespace enigma::recordings::importer
