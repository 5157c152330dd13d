#include "tests/fake_worker/checkpoint.h"

#include "files/atomic_file.h"
#include "files/sha256.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace enigma::fake {
namespace {

namespace fs = std::filesystem;

std::string content_of(int64_t step) {
  return nlohmann::json{{"step", step}, {"kind", "fake"}}.dump() + "\n";
}

std::string name_of(int64_t step) {
  return "checkpoint-" + std::to_string(step) + ".json";
}

std::optional<int64_t> step_in(const fs::path& path) {
  if (!path.filename().string().starts_with("checkpoint-")) { return std::nullopt; }
  const auto json = nlohmann::json::parse(read_file(path), nullptr, false);
  if (!json.is_object() || !json.contains("step")) { return std::nullopt; }
  return json.at("step").get<int64_t>();
}

}  // namespace

protocol::Checkpoint write_checkpoint(const fs::path& attempt_folder, int64_t step) {
  const std::string content = content_of(step);
  write_atomically(attempt_folder / name_of(step), content);
  return {step, name_of(step), static_cast<int64_t>(content.size()), sha256(content)};
}

void write_torn_checkpoint(const fs::path& attempt_folder, int64_t step) {
  write_atomically(attempt_folder / name_of(step), content_of(step).substr(0, 9));
}

std::optional<int64_t> last_checkpoint(const fs::path& run_folder) {
  std::optional<int64_t> last;
  for (const auto& attempt : fs::directory_iterator(run_folder)) {
    if (!attempt.path().filename().string().starts_with("attempt-")) { continue; }
    for (const auto& entry : fs::directory_iterator(attempt)) {
      const auto step = step_in(entry.path());
      if (step) { last = std::max(last.value_or(0), *step); }
    }
  }
  return last;
}

}  // namespace enigma::fake
