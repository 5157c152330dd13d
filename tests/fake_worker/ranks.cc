#include "tests/fake_worker/ranks.h"

#include "files/atomic_file.h"

#include <cstdlib>
#include <string>

namespace enigma::fake {
namespace {

int64_t number(const char* first, const char* second, int64_t fallback) {
  for (const char* name : {first, second}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') { return std::atoll(value); }
  }
  return fallback;
}

std::filesystem::path end_file(const std::filesystem::path& attempt_folder) {
  return attempt_folder / "rank-0.over";
}

}  // namespace

Ranks ranks_of_environment() {
  return {number("ENIGMA_RANK", "SLURM_PROCID", 0), number("ENIGMA_WORLD", "SLURM_NTASKS", 1)};
}

void tell_end(const std::filesystem::path& attempt_folder, int code) {
  write_atomically(end_file(attempt_folder), std::to_string(code));
}

std::optional<int> told_end(const std::filesystem::path& attempt_folder) {
  const auto file = end_file(attempt_folder);
  if (!std::filesystem::exists(file)) { return std::nullopt; }
  return std::stoi(read_file(file));
}

}  // namespace enigma::fake
