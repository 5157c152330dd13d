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

[[noreturn]] void become(std::vector<char*>& words, const char* log, bool session) {
  if (session) ::setsid();
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
  ::execv(words[0], words.data());
  const std::string why = std::string(words[0]) + ": " + std::strerror(errno) + "\n";
  const ssize_t told = ::write(STDERR_FILENO, why.data(), why.size());
  ::_exit(told > 0 ? 127 : 126);
}

}  // namespace

pid_t start_program(const std::vector<std::string>& command, const std::filesystem::path& log,
                    bool session) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) become(words, log.c_str(), session);
  return pid;
}

}  // namespace enigma::local
