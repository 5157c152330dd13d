#include "orchestrator/attempts/exit_file.h"

#include "orchestrator/attempts/rank_files.h"
#include "orchestrator/launch/durable.h"

#include <nlohmann/json.hpp>

namespace enigma::attempts {

std::optional<decide::Ended> read_exit(const std::filesystem::path& attempt_folder, int64_t number,
                                       const decide::Signatures& signatures) {
  const auto text = launch::read_small((attempt_folder / "exit.json").string());
  if (!text) { return std::nullopt; }
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) { return std::nullopt; }
  const auto integer = [&](const char* key) -> std::optional<int> {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number_integer()) { return std::nullopt; }
    return found->get<int>();
  };
  decide::Ended ended;
  ended.code = integer("code");
  ended.signal = integer("signal").value_or(0);
  const auto memory = json.find("memory_exhausted");
  ended.memory_exhausted = memory != json.end() && *memory == true;
  const auto error = json.find("error");
  if (error != json.end() && error->is_string()) { ended.line = error->get<std::string>(); }
  ended.number = number;
  if (ended.signal != 0 || ended.code.value_or(0) != 0) {
    ended.root = root_cause_in(attempt_folder, ended, signatures);
  }
  return ended;
}

}  // namespace enigma::attempts
