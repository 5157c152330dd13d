// The ranks of a fake worker: which this one is, and how the others learn that rank 0 has ended.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace enigma::fake {

struct Ranks {
  int64_t rank = 0, world = 1;
};
/// ENIGMA_RANK and ENIGMA_WORLD, else Slurm's own variables, else one rank.
Ranks ranks_of_environment();

/// Rank 0 leaves its exit code in the attempt's folder, where the others look for it.
void tell_end(const std::filesystem::path& attempt_folder, int code);
std::optional<int> told_end(const std::filesystem::path& attempt_folder);

}  // namespace enigma::fake
