#include "orchestrator/local/child.h"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fcntl.h>
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

[[noreturn]] void become(const std::vector<char*>& words, char* const* variables, const char* log,
                         bool session) {
  if (session) { ::setsid(); }
  const int in = ::open("/dev/null", O_RDONLY);
  const int out = ::open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out >= 0 ? out : in, STDOUT_FILENO);
  ::dup2(out >= 0 ? out : in, STDERR_FILENO);
  ::close_range(STDERR_FILENO + 1, UINT_MAX, 0);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_DFL);
  ::execve(words[0], words.data(), variables);
  const std::string why = std::string(words[0]) + ": " + std::strerror(errno) + "\n";
  const ssize_t told = ::write(STDERR_FILENO, why.data(), why.size());
  ::_exit(told > 0 ? 127 : 126);
}

}  // namespace

pid_t start_program(const std::vector<std::string>& command, const std::filesystem::path& log,
                    bool session, const std::optional<std::vector<std::string>>& variables) {
  const std::vector<char*> words = pointers(command);
  const std::vector<char*> given = variables ? pointers(*variables) : std::vector<char*>{};
  const pid_t pid = ::fork();
  if (pid < 0) { throw std::system_error(errno, std::generic_category(), "fork"); }
  if (pid == 0) { become(words, variables ? given.data() : environ, log.c_str(), session); }
  return pid;
}

}  // namespace enigma::local
