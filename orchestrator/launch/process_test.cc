#include "orchestrator/launch/process.h"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

using namespace enigma::launch;

TEST_CASE("process: this one is alive, and another start time of its pid is not") {
  Process self = this_process();
  CHECK(self.pid == ::getpid());
  CHECK(self.start_ns > 0);
  CHECK(look_at(self) == Liveness::alive);
  self.start_ns += 10'000'000;
  CHECK(look_at(self) == Liveness::dead);
}

TEST_CASE("process: a restarted machine leaves nothing alive, another machine cannot be seen") {
  Process process = this_process();
  process.boot = "another";
  CHECK(look_at(process) == Liveness::dead);
  process.host = "elsewhere";
  CHECK(look_at(process) == Liveness::unseen);
}

TEST_CASE("process: a zombie counts as dead") {
  const pid_t child = ::fork();
  if (child == 0) { ::_exit(0); }
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  CHECK(process_of(child).start_ns == 0);
  ::waitpid(child, nullptr, 0);
}
