#include "sweeps/law/figure/gnuplot.h"

#include "files/atomic_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

extern char** environ;

namespace enigma::law {

namespace {

namespace fs = std::filesystem;

/// A folder of our own under the system's temporary folder, gone when this is.
struct Workplace {
  fs::path folder;

  Workplace() {
    std::string name = (fs::temp_directory_path() / "enigma-figure-").string();
    name += std::string(6, 'X');  // what mkdtemp replaces
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), "temporary folder " + name);
    }
    folder = name;
  }
  ~Workplace() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
};

pid_t start(const fs::path& script, const fs::path& figure, const fs::path& messages) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, messages.c_str(), O_WRONLY | O_CREAT, 0600);
  std::string program = "gnuplot", call = "-c", file = script.string(), out = figure.string();
  char* const arguments[] = {program.data(), call.data(), file.data(), out.data(), nullptr};
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, "gnuplot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) {
    throw FigureError("gnuplot is not installed; the figure needs it: apt-get install gnuplot-nox");
  }
  if (error != 0) { throw std::system_error(error, std::generic_category(), "starting gnuplot"); }
  return child;
}

/// The child's wait status; the child is killed when the limit passes.
int wait_for(pid_t child, int limit_ms) {
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  pollfd ended{.fd = handle, .events = POLLIN, .revents = 0};
  const bool in_time = handle < 0 || ::poll(&ended, 1, limit_ms) > 0;
  if (handle >= 0) { ::close(handle); }
  if (!in_time) { ::kill(child, SIGKILL); }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (!in_time) { throw FigureError(fmt::format("gnuplot was stopped after {} ms", limit_ms)); }
  return status;
}

}  // namespace

std::string drawn(const std::string& script, int limit_ms) {
  const Workplace workplace;
  const fs::path figure = workplace.folder / "figure";
  const fs::path source = workplace.folder / "script.gp";
  const fs::path messages = workplace.folder / "messages";
  write_atomically(source, script);
  const int status = wait_for(start(source, figure, messages), limit_ms);
  const bool ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (!ended || !fs::exists(figure) || fs::file_size(figure) == 0) {
    const std::string said = fs::exists(messages) ? read_file(messages, 1 << 20) : "";
    throw FigureError("gnuplot failed: " + said.substr(0, 500));
  }
  return read_file(figure);
}

}  // namespace enigma::law
