#include "orchestrator/attempts/environment.h"

#include "diagnostics/printable.h"
#include "files/atomic_file.h"
#include "orchestrator/launch/durable.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <regex>
#include <stdexcept>
#include <system_error>

namespace enigma::attempts {
namespace {

namespace fs = std::filesystem;

constexpr std::array kSessionNames = {"_",
                                      "COLUMNS",
                                      "DBUS_SESSION_BUS_ADDRESS",
                                      "DISPLAY",
                                      "LINES",
                                      "OLDPWD",
                                      "PWD",
                                      "SHLVL",
                                      "STY",
                                      "TERM",
                                      "TMUX",
                                      "TMUX_PANE",
                                      "TTY",
                                      "WINDOWID",
                                      "XAUTHORITY",
                                      "COLORTERM",
                                      "WAYLAND_DISPLAY",
                                      "TERM_PROGRAM",
                                      "GPG_TTY"};
constexpr std::array kSessionPrefixes = {"SSH_", "SLURM_", "XDG_SESSION_", "BASH_FUNC_"};
constexpr std::array kSecretWords = {"TOKEN",      "SECRET",     "PASSWORD", "PASSWD",
                                     "PASSPHRASE", "CREDENTIAL", "PRIVATE",  "APIKEY"};
constexpr size_t kBytesMax = size_t{4} << 20;  // the system passes 2 MiB to a program

fs::path file_of(const fs::path& store, const std::string& name) {
  return store / "environments" / (name + ".json");
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

}  // namespace

bool is_of_session(const std::string& name) {
  // Where the cluster is, not which job this was.
  if (name == "SLURM_CONF") { return false; }
  return std::find(kSessionNames.begin(), kSessionNames.end(), name) != kSessionNames.end() ||
         std::any_of(kSessionPrefixes.begin(), kSessionPrefixes.end(),
                     [&](const char* prefix) { return name.starts_with(prefix); });
}

bool is_secret(const std::string& name, const std::string& value) {
  static const std::regex with_password(R"([A-Za-z][A-Za-z0-9+.-]*://[^/@\s]*:[^/@\s]+@)");
  const std::string word = upper(name);
  return word.ends_with("_KEY") || word.ends_with("_PASS") ||
         std::any_of(kSecretWords.begin(), kSecretWords.end(),
                     [&](const char* secret) { return word.find(secret) != std::string::npos; }) ||
         std::regex_search(value.substr(0, 4096), with_password);
}

Environment environment_of(const char* const* variables) {
  Environment environment;
  for (; *variables != nullptr; ++variables) {
    const std::string variable = *variables;
    const size_t equals = variable.find('=');
    if (equals == std::string::npos || equals == 0 || !is_utf8(variable)) { continue; }
    const std::string name = variable.substr(0, equals);
    if (!is_of_session(name)) { environment[name] = variable.substr(equals + 1); }
  }
  return environment;
}

std::vector<std::string> variables_of(const Environment& environment) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) { variables.push_back(name + "=" + value); }
  return variables;
}

std::string to_text(const Environment& environment) {
  return nlohmann::json(environment).dump();
}

void keep_environment(const fs::path& store, const std::string& name,
                      const Environment& environment) {
  const fs::path file = file_of(store, name);
  fs::create_directories(file.parent_path());
  if (fs::exists(file)) { return; }
  if (launch::write_whole(file.string(), to_text(environment), 0600)) { return; }
  throw std::system_error(errno, std::generic_category(), file.string());
}

std::optional<Environment> kept_environment(const fs::path& store, const std::string& name) {
  try {
    return nlohmann::json::parse(read_file(file_of(store, name), kBytesMax)).get<Environment>();
  } catch (const std::exception&) {  // of another user, moved away, torn
    return std::nullopt;
  }
}

std::optional<std::vector<std::string>> variables_for(const fs::path& store,
                                                      const std::string& name) {
  if (name.empty()) { return std::nullopt; }
  if (const auto kept = kept_environment(store, name)) { return variables_of(*kept); }
  throw std::runtime_error(fmt::format(
      "the environment of the submission ({}/environments/{}.json) is not there: submit again",
      store.string(), name));
}

nlohmann::ordered_json listed(const Environment& environment) {
  auto list = nlohmann::ordered_json::object();
  for (const auto& [name, value] : environment) {
    list[name] = is_secret(name, value) ? "(hidden)" : value;
  }
  return list;
}

}  // namespace enigma::attempts
