// exit.json of an attempt's folder, read back (written by the launcher, last).
#pragma once

#include "orchestrator/decide/executor.h"

#include <filesystem>
#include <optional>

namespace enigma::attempts {

/// Nothing where the file is not there (yet) or is no JSON object. Of a failure, what the ranks'
/// logs and exit files say of its cause (rank_files.h).
std::optional<decide::Ended> read_exit(const std::filesystem::path& attempt_folder, int64_t number,
                                       const decide::Signatures& signatures);

}  // namespace enigma::attempts
