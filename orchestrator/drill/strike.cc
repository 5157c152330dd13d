#include "orchestrator/drill/strike.h"

#include "processes/run.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <sys/resource.h>
#include <system_error>

namespace enigma::drill {
namespace {

void ask_scheduler(const std::vector<std::string>& words) {
  const RunResult answer = run(words, {.time = std::chrono::milliseconds(30'000)});
  if (!answer.ok()) {
    throw std::runtime_error(words.front() + ": " + (answer.err.empty() ? answer.out : answer.err));
  }
}

void check_here(const launch::Process& process, const std::string& what) {
  if (launch::look_at(process) == launch::Liveness::alive) { return; }
  throw std::runtime_error(what + " (process " + std::to_string(process.pid) + " on " +
                           process.host + ") is not at work on this machine");
}

void send(const launch::Process& process, int signal, const std::string& what) {
  check_here(process, what);
  if (::kill(static_cast<pid_t>(process.pid), signal) != 0) {
    throw std::system_error(errno, std::generic_category(), what);
  }
}

// A limit on the size of its files refuses a process every write, as a full disk does.
void refuse_writes(const launch::Process& worker) {
  check_here(worker, "the worker");
  const rlimit none{0, 0};
  if (::prlimit(static_cast<pid_t>(worker.pid), RLIMIT_FSIZE, &none, nullptr) != 0) {
    throw std::system_error(errno, std::generic_category(), "limiting the worker's files");
  }
}

}  // namespace

const std::vector<std::string>& strike_names() {
  static const std::vector<std::string> names = {"preempt", "kill-node", "kill-controller",
                                                 "disk-full"};
  return names;
}

std::optional<Strike> strike_named(const std::string& name) {
  const auto& names = strike_names();
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) { return std::nullopt; }
  return static_cast<Strike>(found - names.begin());
}

const std::string& name_of(Strike strike) {
  return strike_names().at(static_cast<size_t>(strike));
}

void strike(Strike strike, const Target& target, const launch::Process& controller) {
  switch (strike) {
    case Strike::preempt:
      if (!target.job.empty()) { return ask_scheduler({"scontrol", "requeue", target.job}); }
      return send(target.launcher, SIGTERM, "the launcher");
    case Strike::kill_node:
      if (!target.job.empty()) {
        return ask_scheduler({"scancel", "--signal=KILL", "--full", target.job});
      }
      return send(target.launcher, SIGKILL, "the launcher");
    case Strike::kill_controller:
      return send(controller, SIGKILL, "the controller");
    case Strike::disk_full:
      return refuse_writes(target.worker);
  }
}

}  // namespace enigma::drill
