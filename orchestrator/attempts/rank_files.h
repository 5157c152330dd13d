// What the ranks of an attempt left behind: logs and exit files, read for the cause of its end.
#pragma once

#include "orchestrator/decide/executor.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace enigma::attempts {

/// Of the ranks that left rank-R.exit.json {code, signal, at, node, line}, each with the end of its
/// log; where none did, the attempt's own end with the end of worker.log.
std::vector<decide::RankTrace> rank_traces(const std::filesystem::path& attempt_folder,
                                           const decide::Ended& ended);

/// Of one rank's end only what a line of its log names: its code or signal is known already, and
/// what it saw of connections explains nothing.
std::optional<decide::RootCause> root_cause_in(const std::filesystem::path& attempt_folder,
                                               const decide::Ended& ended,
                                               const decide::Signatures& signatures);

}  // namespace enigma::attempts
