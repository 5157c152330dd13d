#include "processes/program.h"

#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <system_error>
#include <unistd.h>

namespace enigma {
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

/// The program's three streams; every other descriptor is closed.
struct Streams {
  posix_spawn_file_actions_t actions{};

  explicit Streams(const Program& program) {
    check(::posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init");
    open(STDIN_FILENO, "/dev/null", O_RDONLY);
    direct(STDOUT_FILENO, program.out);
    direct(STDERR_FILENO, program.err);
    check(::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1),
          "posix_spawn_file_actions_addclosefrom_np");
  }
  ~Streams() { ::posix_spawn_file_actions_destroy(&actions); }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

 private:
  void direct(int stream, const Sink& sink) {
    if (std::holds_alternative<Discarded>(sink)) { open(stream, "/dev/null", O_WRONLY); }
    if (const auto* file = std::get_if<std::filesystem::path>(&sink)) {
      open(stream, file->c_str(), O_WRONLY | O_CREAT | O_APPEND);
    }
    if (const auto* descriptor = std::get_if<int>(&sink)) {
      check(::posix_spawn_file_actions_adddup2(&actions, *descriptor, stream), "dup2");
    }
  }
  void open(int stream, const char* file, int flags) {
    check(::posix_spawn_file_actions_addopen(&actions, stream, file, flags, 0644), file);
  }
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
pid_t start(const Program& program) {
  const std::vector<char*> words = pointers(program.words);
  const std::vector<char*> given =
      program.variables ? pointers(*program.variables) : std::vector<char*>{};
  const Streams streams(program);
  const Attributes attributes(program.session);
  pid_t pid = 0;
  check(::posix_spawnp(&pid, words[0], &streams.actions, &attributes.values, words.data(),
                       program.variables ? given.data() : environ),
        program.words[0]);
  return pid;
}

}  // namespace enigma
