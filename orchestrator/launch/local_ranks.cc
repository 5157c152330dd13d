#include "orchestrator/launch/local_ranks.h"

#include "orchestrator/launch/process.h"
#include "orchestrator/launch/rank.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace enigma::launch {
namespace {

constexpr double kGrace_s = 30;

class Ranks {
 public:
  Ranks(int64_t count, const std::string& folder, const std::string& worker) {
    const pid_t parent = ::getpid();
    for (int64_t rank = 0; rank < count; ++rank) {
      const pid_t child = ::fork();
      if (child == 0) { become_rank(parent, {rank, count}, folder, worker); }
      if (child < 0) {
        fail(1);
        return;
      }
      alive_.push_back(child);
    }
  }

  bool is_any_alive() const { return !alive_.empty(); }
  int code() const { return code_; }

  void tell_all(int signal) const {
    for (const pid_t rank : alive_) { ::kill(rank, signal); }
  }

  /// Takes note of those that have ended.
  void reap() {
    int status = 0;
    for (pid_t rank = 0; (rank = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      std::erase(alive_, rank);
      const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      if (code != 0 && code_ == 0) { fail(code); }
    }
  }

  void kill_late(double now) const {
    if (kill_at_ > 0 && now >= kill_at_) { tell_all(SIGKILL); }
  }

 private:
  [[noreturn]] static void become_rank(pid_t parent, const RankPlace& place,
                                       const std::string& folder, const std::string& worker) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) { ::_exit(1); }
    ::_exit(run_rank(place, folder, worker));
  }

  void fail(int code) {
    code_ = code;
    kill_at_ = now_s() + kGrace_s;
    tell_all(SIGTERM);
  }

  std::vector<pid_t> alive_;
  int code_ = 0;
  double kill_at_ = 0;  // 0: nobody has failed
};

}  // namespace

int run_local_ranks(int64_t count, const std::string& attempt_folder, const std::string& worker) {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGCHLD}) { sigaddset(&watched, signal); }
  ::sigprocmask(SIG_BLOCK, &watched, nullptr);
  Ranks ranks(count, attempt_folder, worker);
  while (ranks.is_any_alive()) {
    const timespec second{1, 0};
    const int signal = ::sigtimedwait(&watched, nullptr, &second);
    if (signal > 0 && signal != SIGCHLD) { ranks.tell_all(signal); }
    ranks.reap();
    ranks.kill_late(now_s());
  }
  return ranks.code();
}

}  // namespace enigma::launch
