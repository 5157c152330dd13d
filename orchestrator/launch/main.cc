// enigma-launch: starts a worker and outlives the controller. Attempt's folder, lease, marks,
// signals, exit file (contract section 5). Links libc only.

#include "orchestrator/launch/attempt_folder.h"
#include "orchestrator/launch/durable.h"
#include "orchestrator/launch/lease.h"
#include "orchestrator/launch/options.h"
#include "orchestrator/launch/worker_process.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace enigma::launch {
namespace {

constexpr int kExitFault = 1;
constexpr int kExitUsage = 2;

double now_s() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void wait_until_dead(const Process& process) {
  const timespec pause{0, 2'000'000};
  while (look_at(process) == Liveness::alive) { ::nanosleep(&pause, nullptr); }
}

// A dead launcher's worker dies with it (PDEATHSIG); this makes sure before another one starts.
void end_worker(const Lease& lease) {
  if (look_at(lease.worker) != Liveness::alive) { return; }
  kill_group(static_cast<pid_t>(lease.worker.pid));
  wait_until_dead(lease.worker);
}

std::string why_not(const Options& options, const std::optional<Lease>& lease) {
  if (exists(options.run_folder + "/done")) { return "the run is done"; }
  if (exists(options.run_folder + "/cancelled")) { return "the run is cancelled"; }
  const Liveness holder = lease ? look_at(lease->holder) : Liveness::dead;
  if (is_free(lease, holder, now_s(), options.silence_s)) { return ""; }
  return "the run's lease is held by process " + std::to_string(lease->holder.pid) + " on " +
         lease->holder.host;
}

// Claims the submission and makes its attempt; nothing where it must not start (again).
std::optional<int64_t> claim(const Options& options, Lease& mine) {
  const FileLock lock(options.run_folder + "/lease.lock");
  if (!lock.held()) { return std::nullopt; }
  if (read_claim(options.run_folder, options.token)) { return std::nullopt; }
  const auto lease = read_lease(options.run_folder);
  if (const std::string why = why_not(options, lease); !why.empty()) {
    write_claim(options.run_folder, options.token, {std::nullopt, why});
    return std::nullopt;
  }
  if (lease) { end_worker(*lease); }
  const auto number = make_attempt_folder(options.run_folder);
  mine = {this_process(), {}, options.token, now_s()};
  const bool noted = number &&
                     fill_attempt_folder(options.run_folder, *number,
                                         {options.token, mine.holder, options.cpus}) &&
                     write_lease(options.run_folder, mine) &&
                     write_claim(options.run_folder, options.token, {number, ""});
  if (noted) { return number; }
  const std::string why = std::string("cannot write the attempt's files: ") + std::strerror(errno);
  std::fprintf(stderr, "enigma-launch: %s\n", why.c_str());
  write_claim(options.run_folder, options.token, {std::nullopt, why});
  return std::nullopt;
}

// False when another launcher has taken the lease: this one is fenced.
bool renew(const Options& options, Lease& mine) {
  const FileLock lock(options.run_folder + "/lease.lock");
  const auto lease = read_lease(options.run_folder);
  if (lease && lease->token != mine.token) { return false; }
  mine.renewed_at = now_s();
  write_lease(options.run_folder, mine);  // a full disk must not end the work: silence is long
  return true;
}

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGCHLD}) { sigaddset(&set, signal); }
  return set;
}

std::optional<int> ended(pid_t worker) {
  int status = 0;
  return ::waitpid(worker, &status, WNOHANG) == worker ? std::optional<int>(status) : std::nullopt;
}

// Waits for the worker's end; forwards signals, renews the lease, kills after the grace time.
int tend(const Options& options, Lease& mine, pid_t worker) {
  const sigset_t watched = watched_signals();
  const double renew_s = options.silence_s / 5;
  double kill_at = 0;
  for (;;) {
    if (const auto status = ended(worker)) { return *status; }
    const double now = now_s();
    if (kill_at > 0 && now >= kill_at) { kill_group(worker); }
    if (now - mine.renewed_at >= renew_s && !renew(options, mine)) { kill_group(worker); }
    const timespec wait{kill_at > 0 ? 0 : 5, kill_at > 0 ? 200'000'000 : 0};
    const int signal = ::sigtimedwait(&watched, nullptr, &wait);
    if (signal <= 0 || signal == SIGCHLD) { continue; }
    ::kill(worker, signal);
    if (signal != SIGUSR1 && kill_at <= 0) { kill_at = now_s() + options.grace_s; }
  }
}

Exit exit_of(int status, int64_t kills_before) {
  Exit exit;
  if (WIFEXITED(status)) { exit.code = WEXITSTATUS(status); }
  if (WIFSIGNALED(status)) { exit.signal = WTERMSIG(status); }
  exit.memory_exhausted =
      exit.signal == SIGKILL && kills_before >= 0 && memory_kills() > kills_before;
  return exit;
}

Exit run_worker(const Options& options, int64_t number, Lease& mine) {
  const int64_t kills_before = memory_kills();
  const Started worker = start_worker(options, number);
  if (worker.pid < 0) { return {std::nullopt, std::nullopt, 0, false, worker.error}; }
  mine.worker = process_of(worker.pid);
  renew(options, mine);
  const Exit exit = exit_of(tend(options, mine, worker.pid), kills_before);
  kill_group(worker.pid);
  return exit;
}

int launch(const Options& options) {
  ::setsid();
  const sigset_t watched = watched_signals();
  ::sigprocmask(SIG_BLOCK, &watched, nullptr);
  ::mkdir((options.run_folder + "/submissions").c_str(), 0755);
  Lease mine;
  const auto number = claim(options, mine);
  if (!number) { return kExitFault; }
  Exit exit = run_worker(options, *number, mine);
  exit.at = now_s();
  release_lease(options.run_folder, mine.token);
  return write_exit(attempt_path(options.run_folder, *number), exit) ? 0 : kExitFault;
}

}  // namespace
}  // namespace enigma::launch

int main(int argc, char** argv) {
  std::string why;
  const auto options = enigma::launch::parse_options({argv + 1, argv + argc}, why);
  if (!options) {
    std::fprintf(stderr, "enigma-launch: %s\n", why.c_str());
    return enigma::launch::kExitUsage;
  }
  return enigma::launch::launch(*options);
}
