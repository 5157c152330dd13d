#include "orchestrator/drill/strike.h"

#include "orchestrator/drill/full_disk.h"

#include "processes/run.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace enigma::drill {
namespace {

constexpr RunLimits kLimits{.time = std::chrono::milliseconds(30'000)};

[[noreturn]] void refuse(const std::string& program, const RunResult& answer) {
  throw std::runtime_error(program + ": " + (answer.err.empty() ? answer.out : answer.err));
}

/// What the program says; throws where it fails.
std::string must(const std::vector<std::string>& words) {
  const RunResult answer = run(words, kLimits);
  if (!answer.ok()) { refuse(words.front(), answer); }
  return answer.out;
}

/// srun takes a job's number and not, as the other commands do, ARRAYJOB_TASK (seen with 22.05).
std::string number_of(const std::string& job) {
  const std::string line = must({"squeue", "--noheader", "--jobs=" + job, "--format=%A"});
  return line.substr(0, line.find('\n'));
}

void fill_disk(Target target) {
  if (!target.job.empty()) { target.job = number_of(target.job); }
  const auto words = words_to_fill_disk(target);
  const RunResult answer = run(words, kLimits);
  if (!has_filled_disk(answer.out)) { refuse(words.front(), answer); }
}

void send(const launch::Process& process, int signal, const std::string& what) {
  if (launch::look_at(process) != launch::Liveness::alive) {
    throw std::runtime_error(what + " (process " + std::to_string(process.pid) + " on " +
                             process.host + ") is not at work on this machine");
  }
  if (::kill(static_cast<pid_t>(process.pid), signal) != 0) {
    throw std::system_error(errno, std::generic_category(), what);
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
  const bool is_job = !target.job.empty();
  switch (strike) {
    case Strike::preempt:
      if (!is_job) { return send(target.launcher, SIGTERM, "the launcher"); }
      must({"scontrol", "requeue", target.job});
      return;
    case Strike::kill_node:
      if (!is_job) { return send(target.launcher, SIGKILL, "the launcher"); }
      // To all of a job it would be an orderly end: SIGTERM first, and time for a checkpoint. The
      // worker dies with its launcher.
      must({"scancel", "--signal=KILL", "--batch", target.job});
      return;
    case Strike::kill_controller:
      return send(controller, SIGKILL, "the controller");
    case Strike::disk_full:
      return fill_disk(target);
  }
}

}  // namespace enigma::drill
