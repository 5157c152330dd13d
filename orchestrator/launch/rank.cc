#include "orchestrator/launch/rank.h"

#include "orchestrator/launch/durable.h"
#include "orchestrator/launch/exit_codes.h"
#include "orchestrator/launch/process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace enigma::launch {
namespace {

constexpr int64_t kTailBytes = 4096;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Rank {
  std::string folder, number, world;
  std::string log() const {
    return folder + (number == "0" ? "/worker.log" : "/rank-" + number + ".log");
  }
  std::string exit() const { return folder + "/rank-" + number + ".exit.json"; }
};

/// The last line with anything on it.
std::string last_line(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = static_cast<int64_t>(file.tellg());
  if (!file || size <= 0) { return ""; }
  file.seekg(std::max<int64_t>(0, size - kTailBytes));
  std::string last;
  for (std::string line; std::getline(file, line);) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) { last = line; }
  }
  return last;
}

std::string node_name() {
  const std::string named = variable("SLURMD_NODENAME");
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  return named.empty() ? host : named;
}

std::string number_or_null(bool is_number, int value) {
  return is_number ? std::to_string(value) : "null";
}

void write_rank_exit(const Rank& rank, int status) {
  if (exists(rank.exit())) { return; }
  char at[32];
  std::snprintf(at, sizeof at, "%.3f", now_s());
  const std::string json =
      "{\"code\": " + number_or_null(WIFEXITED(status), WEXITSTATUS(status)) +
      ", \"signal\": " + number_or_null(WIFSIGNALED(status), WTERMSIG(status)) + ", \"at\": " + at +
      ", \"node\": " + quoted(node_name()) + ", \"line\": " + quoted(last_line(rank.log())) + "}\n";
  write_whole(rank.exit(), json);
}

void become_worker(const Rank& rank, const std::string& worker) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setenv("ENIGMA_RANK", rank.number.c_str(), 1);
  ::setenv("ENIGMA_WORLD", rank.world.c_str(), 1);
  const int out = ::open(rank.log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (out >= 0) {
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
  }
  // A container may have begun elsewhere.
  if (::chdir(rank.folder.c_str()) == 0) {
    ::execl(worker.c_str(), worker.c_str(), static_cast<char*>(nullptr));
  }
  std::fprintf(stderr, "cannot start %s: %s\n", worker.c_str(), std::strerror(errno));
  ::_exit(127);
}

/// The status of the worker's end; what is asked of this process meanwhile is asked of it.
int wait_for(pid_t worker, const sigset_t& watched) {
  for (int status = 0;;) {
    if (::waitpid(worker, &status, WNOHANG) == worker) { return status; }
    const int signal = ::sigwaitinfo(&watched, nullptr);
    if (signal > 0 && signal != SIGCHLD) { ::kill(worker, signal); }
  }
}

/// The number after "KEY": in a file that write_rank_exit() or a worker has written.
std::optional<int> integer_of(const std::string& json, const std::string& key) {
  const size_t at = json.find("\"" + key + "\":");
  if (at == std::string::npos) { return std::nullopt; }
  const char* begin = json.c_str() + at + key.size() + 3;
  char* end = nullptr;
  const long value = std::strtol(begin, &end, 10);
  return end == begin ? std::nullopt : std::optional(static_cast<int>(value));
}

std::string text_of(const std::string& json, const std::string& key) {
  const size_t at = json.find("\"" + key + "\": \"");
  if (at == std::string::npos) { return ""; }
  const size_t from = at + key.size() + 5;
  return json.substr(from, json.find('"', from) - from);
}

}  // namespace

std::vector<RankExit> read_rank_exits(const std::string& attempt_folder) {
  std::vector<RankExit> exits;
  DIR* folder = ::opendir(attempt_folder.c_str());
  if (folder == nullptr) { return exits; }
  while (const dirent* entry = ::readdir(folder)) {
    const std::string name = entry->d_name;
    if (!name.starts_with("rank-") || !name.ends_with(".exit.json")) { continue; }
    const auto json = read_small(attempt_folder + "/" + name);
    if (!json) { continue; }
    exits.push_back({std::atoll(name.c_str() + 5), integer_of(*json, "code"),
                     integer_of(*json, "signal").value_or(0), text_of(*json, "node")});
  }
  ::closedir(folder);
  std::sort(exits.begin(), exits.end(),
            [](const RankExit& a, const RankExit& b) { return a.rank < b.rank; });
  return exits;
}

RankPlace place_by_scheduler() {
  const auto number = [](const char* name, int64_t absent) {
    const std::string text = variable(name);
    return text.empty() ? absent : std::strtoll(text.c_str(), nullptr, 10);
  };
  return {number("SLURM_PROCID", 0), number("SLURM_NTASKS", 1)};
}

int run_rank(const RankPlace& place, const std::string& attempt_folder, const std::string& worker) {
  const Rank rank{attempt_folder, std::to_string(place.rank), std::to_string(place.world)};
  sigset_t watched;
  sigemptyset(&watched);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGCHLD}) { sigaddset(&watched, signal); }
  ::sigprocmask(SIG_BLOCK, &watched, nullptr);
  const pid_t child = ::fork();
  if (child == 0) { become_worker(rank, worker); }
  if (child < 0) { return 1; }
  const int status = wait_for(child, watched);
  if (status == 0) { return 0; }
  write_rank_exit(rank, status);
  if (WIFSIGNALED(status)) { return 128 + WTERMSIG(status); }
  const int code = WEXITSTATUS(status);
  return is_preemption(code) ? 0 : code;
}

}  // namespace enigma::launch
