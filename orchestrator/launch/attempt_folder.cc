#include "orchestrator/launch/attempt_folder.h"

#include "orchestrator/launch/durable.h"
#include "orchestrator/launch/node_list.h"
#include "orchestrator/launch/options.h"
#include "orchestrator/starts/start.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

namespace enigma::launch {
namespace {

const std::string kPrefix = "attempt-";

int64_t highest_number(const std::string& run_folder) {
  int64_t highest = 0;
  DIR* folder = ::opendir(run_folder.c_str());
  if (folder == nullptr) { return 0; }
  while (const dirent* entry = ::readdir(folder)) {
    const std::string name = entry->d_name;
    if (name.rfind(kPrefix, 0) == 0) {
      highest = std::max<int64_t>(highest, std::atoll(name.c_str() + kPrefix.size()));
    }
  }
  ::closedir(folder);
  return highest;
}

// A later start shows which one it is.
bool bring(const std::string& from, const std::string& to, bool keeps_it, int64_t start) {
  if (!keeps_it) { return ::rename(from.c_str(), to.c_str()) == 0; }
  const auto secret = read_small(from);
  return secret && write_whole(to, token_of_start(*secret, start), 0600);
}

std::string number_or_null(const std::optional<int>& number) {
  return number ? std::to_string(*number) : "null";
}

}  // namespace

std::string submission_path(const std::string& run_folder, const std::string& token) {
  return run_folder + "/submissions/" + token;
}

std::string attempt_path(const std::string& run_folder, int64_t number) {
  return run_folder + "/" + kPrefix + std::to_string(number);
}

std::optional<Claim> read_claim(const std::string& run_folder, const std::string& token) {
  const auto text = read_small(submission_path(run_folder, token));
  if (!text) { return std::nullopt; }
  Fields fields = fields_of(*text);
  Claim claim;
  if (fields.contains("attempt")) { claim.attempt = std::atoll(fields["attempt"].c_str()); }
  claim.refused = fields["refused"];
  return claim;
}

bool write_claim(const std::string& run_folder, const std::string& token, const Claim& claim) {
  const Fields fields = claim.attempt ? Fields{{"attempt", std::to_string(*claim.attempt)}}
                                      : Fields{{"refused", claim.refused}};
  return write_whole(submission_path(run_folder, token), to_text(fields));
}

std::optional<int64_t> make_attempt_folder(const std::string& run_folder) {
  for (int64_t number = highest_number(run_folder) + 1;; ++number) {
    if (::mkdir(attempt_path(run_folder, number).c_str(), 0755) == 0) { return number; }
    if (errno != EEXIST) { return std::nullopt; }
  }
}

bool end_chain(const std::string& run_folder, const std::string& submission) {
  return write_whole(submission_path(run_folder, submission) + ".end", "");
}

bool has_chain_ended(const std::string& run_folder, const std::string& submission) {
  return exists(submission_path(run_folder, submission) + ".end");
}

bool fill_attempt_folder(const std::string& run_folder, int64_t number, const LaunchNote& note,
                         bool keeps_secret) {
  const std::string folder = attempt_path(run_folder, number);
  const std::string secret = submission_path(run_folder, submission_of(note.token)) + ".secret";
  if (!bring(secret, folder + "/token", keeps_secret, start_of(note.token))) { return false; }
  return write_whole(folder + "/launch",
                     to_text({{"token", note.token},
                              {"pid", std::to_string(note.launcher.pid)},
                              {"start_ns", std::to_string(note.launcher.start_ns)},
                              {"host", note.launcher.host},
                              {"boot", note.launcher.boot},
                              {"cpus", to_text(note.cpus)},
                              {"nodes", joined(note.nodes)},
                              {"job", note.job}}));
}

std::optional<LaunchNote> read_launch_note(const std::string& run_folder, int64_t number,
                                           const std::string& token) {
  const auto text = read_small(attempt_path(run_folder, number) + "/launch");
  if (!text) { return std::nullopt; }
  Fields fields = fields_of(*text);
  if (fields["token"] != token) { return std::nullopt; }
  const Process launcher{fields["host"], fields["boot"], std::atoll(fields["pid"].c_str()),
                         std::atoll(fields["start_ns"].c_str())};
  return LaunchNote{token, launcher, parse_cpus(fields["cpus"]), split(fields["nodes"]),
                    fields["job"]};
}

bool write_exit(const std::string& attempt_folder, const Exit& exit) {
  char at[32];
  std::snprintf(at, sizeof at, "%.6f", exit.at);
  std::string json = "{\"code\": " + number_or_null(exit.code) +
                     ", \"signal\": " + number_or_null(exit.signal) + ", \"at\": " + at +
                     ", \"memory_exhausted\": " + (exit.memory_exhausted ? "true" : "false");
  json += ", \"error\": " + (exit.error.empty() ? "null" : quoted(exit.error)) + "}\n";
  return write_whole(attempt_folder + "/exit.json", json);
}

}  // namespace enigma::launch
