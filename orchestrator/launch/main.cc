// enigma-launch: starts a worker and outlives the controller. Attempt's folder, lease, marks,
// signals, exit file (contract section 5). Links libc only.

#include "orchestrator/launch/again.h"
#include "orchestrator/launch/allocation.h"
#include "orchestrator/launch/attempt_folder.h"
#include "orchestrator/launch/durable.h"
#include "orchestrator/launch/exit_codes.h"
#include "orchestrator/launch/lease.h"
#include "orchestrator/launch/local_ranks.h"
#include "orchestrator/launch/options.h"
#include "orchestrator/launch/rank.h"
#include "orchestrator/launch/worker_process.h"
#include "orchestrator/starts/start.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace enigma::launch {
namespace {

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

/// Why it must not start now. A lease may become free; a mark stays.
struct Hindrance {
  std::string why;
  bool may_pass = false;
};
std::optional<Hindrance> hindrance(const Options& options, const std::optional<Lease>& lease) {
  if (exists(options.run_folder + "/done")) { return Hindrance{"the run is done"}; }
  if (exists(options.run_folder + "/cancelled")) { return Hindrance{"the run is cancelled"}; }
  if (has_chain_ended(options.run_folder, options.token)) {
    return Hindrance{"its chain of jobs has ended"};
  }
  if (lease && is_earlier_run(*lease, options.job, options.restart)) { return std::nullopt; }
  const Liveness holder = lease ? look_at(lease->holder) : Liveness::dead;
  if (is_free(lease, holder, now_s(), options.silence_s)) { return std::nullopt; }
  return Hindrance{"the run's lease is held by process " + std::to_string(lease->holder.pid) +
                       " on " + lease->holder.host,
                   true};
}

// The token of this start. A job of a scheduler may be started again; any other submission once.
std::optional<std::string> unclaimed_token(const Options& options) {
  for (int64_t start = 0;; ++start) {
    const std::string token = token_of_start(options.token, start);
    if (!read_claim(options.run_folder, token)) { return token; }
    if (options.job.empty()) { return std::nullopt; }
  }
}

// Makes the attempt of a start that nothing hinders.
std::optional<int64_t> begin(const Options& options, const std::string& token,
                             const std::vector<std::string>& nodes, Lease& mine) {
  if (const auto lease = read_lease(options.run_folder)) { end_worker(*lease); }
  const auto number = make_attempt_folder(options.run_folder);
  mine = {this_process(), {}, token, now_s(), options.job, options.restart};
  const bool noted = number &&
                     fill_attempt_folder(options.run_folder, *number,
                                         {token, mine.holder, options.cpus, nodes, options.job},
                                         !options.job.empty()) &&
                     write_lease(options.run_folder, mine) &&
                     write_claim(options.run_folder, token, {number, ""});
  if (noted) { return number; }
  const std::string why = std::string("cannot write the attempt's files: ") + std::strerror(errno);
  std::fprintf(stderr, "enigma-launch: %s\n", why.c_str());
  write_claim(options.run_folder, token, {std::nullopt, why});
  return std::nullopt;
}

struct ClaimResult {
  std::optional<int64_t> attempt;
  bool try_again = false;  ///< another start holds the lease, and this one may wait for it
};
ClaimResult try_claim(const Options& options, const std::vector<std::string>& nodes, Lease& mine) {
  const FileLock lock(options.run_folder + "/lease.lock");
  if (!lock.held()) { return {}; }
  const auto token = unclaimed_token(options);
  if (!token) { return {}; }
  const auto hindered = hindrance(options, read_lease(options.run_folder));
  if (!hindered) { return {begin(options, *token, nodes, mine)}; }
  if (hindered->may_pass && !options.job.empty()) { return {std::nullopt, true}; }
  write_claim(options.run_folder, *token, {std::nullopt, hindered->why});
  return {};
}

// Claims the submission and makes its attempt; nothing where it must not start (again). A lease on
// a shared file system tells nobody that it is free: it is looked at.
std::optional<int64_t> claim(const Options& options, const std::vector<std::string>& nodes,
                             Lease& mine) {
  for (;;) {
    const ClaimResult result = try_claim(options, nodes, mine);
    if (!result.try_again) { return result.attempt; }
    const timespec pause{2, 0};
    ::nanosleep(&pause, nullptr);
  }
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
struct Tended {
  int status = 0;
  bool was_asked_to_stop = false;
};
Tended tend(const Options& options, Lease& mine, pid_t worker) {
  const sigset_t watched = watched_signals();
  const double renew_s = options.silence_s / 5;
  double kill_at = 0;
  for (;;) {
    if (const auto status = ended(worker)) { return {*status, kill_at > 0}; }
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

// A step of ranks ends well where they left with their checkpoint: rank 0 says so.
void take_word_of_rank_0(const Options& options, int64_t number, Exit& exit) {
  if (!is_started_by_rank(options) || exit.code != 0) { return; }
  for (const RankExit& rank : read_rank_exits(attempt_path(options.run_folder, number))) {
    if (rank.rank == 0 && is_preemption(rank.code.value_or(0))) { exit.code = rank.code; }
  }
}

struct Ended {
  Exit exit;
  bool was_asked_to_stop = false;
};
Ended run_worker(const Options& options, int64_t number, const std::vector<std::string>& nodes,
                 Lease& mine) {
  const int64_t kills_before = memory_kills();
  const Started worker = start_worker(options, number, nodes);
  if (worker.pid < 0) { return {{std::nullopt, std::nullopt, 0, false, worker.error}, false}; }
  mine.worker = process_of(worker.pid);
  renew(options, mine);
  const Tended tended = tend(options, mine, worker.pid);
  Ended ended{exit_of(tended.status, kills_before), tended.was_asked_to_stop};
  kill_group(worker.pid);
  take_word_of_rank_0(options, number, ended.exit);
  return ended;
}

// A job that was stopped with a checkpoint goes back into its queue by itself, whether or not a
// controller lives: a scheduler does that only with jobs that it had to kill.
void queue_again(const Options& options) {
  lines_of({"scontrol", "requeue", options.job});
}

// One attempt, from its claim to its exit file.
struct Attempt {
  std::optional<int64_t> number;  ///< nothing: it was not begun
  bool is_written = false;
  Ended ended;
};
Attempt attempt(const Options& options, const std::vector<std::string>& nodes) {
  Lease mine;
  Attempt attempt{claim(options, nodes, mine), false, {}};
  if (!attempt.number) { return attempt; }
  attempt.ended = run_worker(options, *attempt.number, nodes, mine);
  attempt.ended.exit.at = now_s();
  release_lease(options.run_folder, mine.token);
  if (!options.chain.empty() && ends_chain(attempt.ended.exit)) {
    end_chain(options.run_folder, options.token);
  }
  attempt.is_written =
      write_exit(attempt_path(options.run_folder, *attempt.number), attempt.ended.exit);
  return attempt;
}

int launch_here(const Options& options) {
  // The name that the scheduler knows this node by.
  const char* node = options.job.empty() ? nullptr : std::getenv("SLURMD_NODENAME");
  const Attempt only = attempt(
      options, node == nullptr ? std::vector<std::string>{} : std::vector<std::string>{node});
  if (!only.number) { return kExitFault; }
  if (options.job.empty()) { return only.is_written ? 0 : kExitFault; }
  if (only.ended.exit.code == kPreempted) { queue_again(options); }
  return only.ended.exit.code.value_or(kExitFault);
}

// Inside the job a lost rank costs a start, not the allocation: the worker goes on from its
// checkpoint on the nodes that are left, as a new attempt. Where they are too few, the job goes
// back into the queue.
int launch_on_nodes(const Options& options) {
  const std::vector<std::string> allocated = allocated_nodes();
  std::vector<std::string> nodes = chosen_nodes(allocated, {}, options.nodes);
  for (int short_starts = 0; !nodes.empty();) {
    const double begin = now_s();
    const Attempt one = attempt(options, nodes);
    if (!one.number) { return kExitFault; }
    const Exit& exit = one.ended.exit;
    if (exit.code == kPreempted) { queue_again(options); }
    short_starts = now_s() - begin < kLong_s ? short_starts + 1 : 0;
    if (!may_start_again(exit, one.ended.was_asked_to_stop, short_starts)) {
      return exit.code.value_or(kExitFault);
    }
    const auto ranks = read_rank_exits(attempt_path(options.run_folder, *one.number));
    nodes = chosen_nodes(nodes_that_answer(allocated), suspects_of(ranks), options.nodes);
  }
  std::fprintf(stderr, "enigma-launch: too few nodes are left: back into the queue\n");
  queue_again(options);
  return kExitFault;
}

// What follows in the chain finds its end noted, should it start all the same.
void cancel_chain(const Options& options) {
  lines_of({"scancel", "--quiet", "--state=PENDING", "--name=" + options.chain});
}

int launch_in_chain(const Options& options) {
  const bool on_nodes = is_started_by_rank(options) && !options.job.empty();
  const int code = on_nodes ? launch_on_nodes(options) : launch_here(options);
  const bool is_over = exists(options.run_folder + "/done") ||
                       exists(options.run_folder + "/cancelled") ||
                       has_chain_ended(options.run_folder, options.token);
  if (options.chain.empty() || !is_over) { return code; }
  cancel_chain(options);
  return code == kExitFault ? kChainEnds : code;
}

int launch(const Options& options) {
  // A scheduler signals the processes of its job by their session.
  if (options.job.empty()) { ::setsid(); }
  const sigset_t watched = watched_signals();
  ::sigprocmask(SIG_BLOCK, &watched, nullptr);
  ::mkdir((options.run_folder + "/submissions").c_str(), 0755);
  return launch_in_chain(options);
}

}  // namespace
}  // namespace enigma::launch

// enigma-launch rank ATTEMPT_FOLDER WORKER: what srun starts on each node, for each rank.
// enigma-launch ranks COUNT ATTEMPT_FOLDER WORKER: the same of this machine alone.
int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "rank") {
    return enigma::launch::run_rank(enigma::launch::place_by_scheduler(), argv[2], argv[3]);
  }
  if (argc == 5 && std::string(argv[1]) == "ranks") {
    return enigma::launch::run_local_ranks(std::atoll(argv[2]), argv[3], argv[4]);
  }
  std::string why;
  const auto options = enigma::launch::parse_options({argv + 1, argv + argc}, why);
  if (!options) {
    std::fprintf(stderr, "enigma-launch: %s\n", why.c_str());
    return enigma::launch::kExitUsage;
  }
  return enigma::launch::launch(*options);
}
