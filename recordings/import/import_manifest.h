// manifest.json of a folder that sessions are imported into: of each what import.json says, and its
// digest.
#pragma once

#include "recordings/format/digest.h"

#include <filesystem>

namespace enigma::recordings::importer {

/// Writes `out`/manifest.json anew over the imported sessions that stand there, sorted by name.
void write_import_manifest(const std::filesystem::path& out, DigestCache& digests);

}  // namespace enigma::recordings::importer
