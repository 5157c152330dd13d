// A fake worker's checkpoints: one small file each, whole or recognisably torn.
#pragma once

#include "worker/protocol/report.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace enigma::fake {

/// Writes checkpoint-STEP.json into the attempt's folder.
protocol::Checkpoint write_checkpoint(const std::filesystem::path& attempt_folder, int64_t step);

/// One that ends in the middle, under a name that looks newer than all others.
void write_torn_checkpoint(const std::filesystem::path& attempt_folder, int64_t step);

/// The highest step among the readable checkpoints of all attempts of the run.
std::optional<int64_t> last_checkpoint(const std::filesystem::path& run_folder);

}  // namespace enigma::fake
