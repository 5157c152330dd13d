// A run's folder, STORE/runs/ID, as every executor writes and reads it: what a launcher needs,
// marks, spools.
#pragma once

#include "orchestrator/decide/executor.h"

#include <filesystem>
#include <string>

namespace enigma::attempts {

/// point.json and the submission's secret, in place before anything is started. `bearer` is what
/// its worker shows with reports. Throws std::system_error.
void prepare(const std::filesystem::path& run_folder, const decide::Submission& submission,
             const std::string& bearer);

/// The bytes of an attempt's spool that can be seen now (decide::Executor::read_spool).
std::string read_spool(const std::filesystem::path& run_folder, const decide::SpoolSlice& slice);

/// The run's `done` or `cancelled` mark (decide::Executor::mark and unmark).
void mark(const std::filesystem::path& run_folder, const std::string& word);
void unmark(const std::filesystem::path& run_folder);

}  // namespace enigma::attempts
