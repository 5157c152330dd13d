// exit.json of an attempt's folder, read back (written by the launcher, last).
#pragma once

#include "orchestrator/decide/executor.h"

#include <filesystem>
#include <optional>

namespace enigma::attempts {

/// Nothing where the file is not there (yet) or is no JSON object.
std::optional<decide::Ended> read_exit(const std::filesystem::path& attempt_folder, int64_t number);

}  // namespace enigma::attempts
