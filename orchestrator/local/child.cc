#include "orchestrator/local/child.h"

#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <system_error>
#include <unistd.h>

namespace enigma::local {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (const std::string& text : texts) { list.push_back(const_cast<char*>(text.c_str())); }
  list.push_back(nullptr);
  return list;
}

/// Throws what a call of the posix_spawn family returned.
void check(int error, const std::string& what) {
  if (error != 0) { throw std::system_error(error, std::generic_category(), what); }
}

/// Where the program reads and writes: nothing, and the log. No other descriptor is passed on.
struct Files {
  posix_spawn_file_actions_t actions{};
  explicit Files(const char* log) {
    check(::posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init");
    constexpr int kAppend = O_WRONLY | O_CREAT | O_APPEND;
    check(::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0),
          log);
    check(::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, kAppend, 0644), log);
    check(::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO), log);
    check(::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1), log);
  }
  ~Files() { ::posix_spawn_file_actions_destroy(&actions); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
};

/// Signals as a new program expects them, and a session of its own where that is asked for.
struct Attributes {
  posix_spawnattr_t values{};
  explicit Attributes(bool session) {
    check(::posix_spawnattr_init(&values), "posix_spawnattr_init");
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGXFSZ);
    const int flags =
        POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (session ? POSIX_SPAWN_SETSID : 0);
    ::posix_spawnattr_setsigmask(&values, &none);
    ::posix_spawnattr_setsigdefault(&values, &usual);
    check(::posix_spawnattr_setflags(&values, static_cast<short>(flags)),
          "posix_spawnattr_setflags");
  }
  ~Attributes() { ::posix_spawnattr_destroy(&values); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
};

}  // namespace

// Not fork: that copies the page tables of a controller with many runs, for nothing.
pid_t start_program(const std::vector<std::string>& command, const std::filesystem::path& log,
                    bool session, const std::optional<std::vector<std::string>>& variables) {
  const std::vector<char*> words = pointers(command);
  const std::vector<char*> given = variables ? pointers(*variables) : std::vector<char*>{};
  const Files files(log.c_str());
  const Attributes attributes(session);
  pid_t pid = 0;
  check(::posix_spawn(&pid, words[0], &files.actions, &attributes.values, words.data(),
                      variables ? given.data() : environ),
        command[0]);
  return pid;
}

}  // namespace enigma::local
