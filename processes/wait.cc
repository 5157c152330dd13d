#include "processes/wait.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/wait.h>
#include <system_error>

namespace enigma {
namespace {

// 0: it lives (only where `options` say not to wait).
pid_t take_status(pid_t child, int& status, int options) {
  pid_t ended = 0;
  do { ended = ::waitpid(child, &status, options); } while (ended < 0 && errno == EINTR);
  if (ended < 0) {
    throw std::system_error(errno, std::generic_category(), fmt::format("process {}", child));
  }
  return ended;
}

}  // namespace

int wait_for(pid_t child) {
  int status = 0;
  take_status(child, status, 0);
  return status;
}

std::optional<int> status_if_ended(pid_t child) {
  int status = 0;
  return take_status(child, status, WNOHANG) == child ? std::optional(status) : std::nullopt;
}

void kill_and_wait(pid_t child) {
  ::kill(child, SIGKILL);
  wait_for(child);
}

std::string text_of_status(int status) {
  if (!WIFSIGNALED(status)) { return fmt::format("exit code {}", WEXITSTATUS(status)); }
  return fmt::format("signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
}

}  // namespace enigma
