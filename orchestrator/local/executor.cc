#include "orchestrator/local/executor.h"

#include "orchestrator/attempts/environment.h"
#include "orchestrator/attempts/exit_file.h"
#include "orchestrator/attempts/placement.h"
#include "orchestrator/attempts/run_folder.h"
#include "orchestrator/launch/options.h"

#include "processes/program.h"
#include "processes/wait.h"
#include <fmt/format.h>

#include <cerrno>
#include <signal.h>
#include <system_error>
#include <unistd.h>

namespace enigma::local {
namespace {

namespace fs = std::filesystem;
using decide::Ended;
using decide::JobState;

}  // namespace

LocalExecutor::LocalExecutor(LocalOptions options)
    : options_(std::move(options)), cores_(options_.cores) {}

fs::path LocalExecutor::folder_of(const std::string& run) const {
  return options_.runs_folder / run;
}

std::vector<std::string> LocalExecutor::command_of(const decide::Submission& submission) {
  const attempts::Placement placement = attempts::placement_of(submission.placement);
  std::vector<std::string> command = {options_.launcher.string(),
                                      "--run",
                                      submission.run,
                                      "--run-dir",
                                      folder_of(submission.run).string(),
                                      "--token",
                                      submission.token,
                                      "--worker",
                                      placement.worker,
                                      "--data",
                                      placement.data,
                                      "--url",
                                      options_.report_url,
                                      "--grace-s",
                                      fmt::format("{}", options_.grace_s)};
  if (placement.resources && placement.resources->ranks_per_node() > 1) {
    command.insert(command.end(),
                   {"--ranks-per-node", std::to_string(placement.resources->ranks_per_node())});
  }
  const auto cores = cores_.take(submission.token, submission.slots);
  if (!cores.empty()) { command.insert(command.end(), {"--cpus", launch::to_text(cores)}); }
  return command;
}

decide::SubmitAnswer LocalExecutor::submit(const decide::Submission& submission) {
  const std::string folder = folder_of(submission.run).string();
  if (children_.contains(submission.token) || launch::read_claim(folder, submission.token)) {
    return {};
  }
  try {
    if (::access(options_.launcher.c_str(), X_OK) != 0) {
      throw std::system_error(errno, std::generic_category(), options_.launcher.string());
    }
    const auto variables =
        attempts::variables_for(options_.runs_folder.parent_path(),
                                attempts::placement_of(submission.placement).environment);
    attempts::prepare(folder_of(submission.run), submission, options_.bearer_of(submission.token));
    const fs::path log = folder_of(submission.run) / "launcher.log";
    children_[submission.token] = start({command_of(submission), log, log, true, variables});
    return {};
  } catch (const std::exception& broken) {  // a full disk, no processes left: tried again later
    cores_.free(submission.token);
    return {false, broken.what()};
  }
}

void LocalExecutor::reap() {
  std::erase_if(children_,
                [](const auto& child) { return status_if_ended(child.second).has_value(); });
}

JobState LocalExecutor::state_of_attempt(const std::string& run, const std::string& token,
                                         int64_t number) {
  const std::string folder = folder_of(run).string();
  const fs::path attempt = launch::attempt_path(folder, number);
  if (const auto ended = attempts::read_exit(attempt, number, options_.signatures)) {
    return *ended;
  }
  if (!notes_.contains(token)) {
    const auto note = launch::read_launch_note(folder, number, token);
    if (!note) { return decide::Unknown{}; }
    notes_[token] = *note;
    if (!cores_.holds(token)) { cores_.adopt(token, note->cpus); }
  }
  const launch::Process& launcher = notes_.at(token).launcher;
  switch (launch::look_at(launcher)) {
    case launch::Liveness::alive:
      return decide::Running{number, launcher.pid, launcher.start_ns};
    case launch::Liveness::unseen:
      return decide::Unknown{};
    case launch::Liveness::dead:
      break;
  }
  // It may have written its exit file between the two looks.
  if (const auto ended = attempts::read_exit(attempt, number, options_.signatures)) {
    return *ended;
  }
  return Ended{std::nullopt, 0, false, number, "the launcher died without an exit file"};
}

JobState LocalExecutor::state_of(const std::string& run, const std::string& token) {
  const auto claim = launch::read_claim(folder_of(run).string(), token);
  if (claim && claim->attempt) { return state_of_attempt(run, token, *claim->attempt); }
  if (claim) {
    return Ended{std::nullopt, 0, false, std::nullopt, "not started: " + claim->refused};
  }
  if (children_.contains(token)) { return decide::Waiting{}; }
  return decide::Unknown{};
}

std::vector<decide::Observation> LocalExecutor::observe(const std::vector<decide::Watch>& watches) {
  reap();
  std::vector<decide::Observation> observations;
  for (const decide::Watch& watch : watches) {
    const JobState state = state_of(watch.run, watch.token);
    if (std::holds_alternative<Ended>(state)) {
      cores_.free(watch.token);
      notes_.erase(watch.token);
    }
    observations.push_back({watch.run, watch.token, state});
  }
  return observations;
}

std::string LocalExecutor::read_spool(const decide::SpoolSlice& slice) {
  return attempts::read_spool(folder_of(slice.run), slice);
}

void LocalExecutor::cancel(const std::string& run, const std::string& token) {
  const JobState state = state_of(run, token);
  if (const auto* running = std::get_if<decide::Running>(&state)) {
    ::kill(static_cast<pid_t>(*running->launcher_pid), SIGTERM);
  } else if (const auto child = children_.find(token); child != children_.end()) {
    ::kill(child->second, SIGTERM);
  }
}

void LocalExecutor::mark(const std::string& run, const std::string& word) {
  attempts::mark(folder_of(run), word);
}

void LocalExecutor::unmark(const std::string& run) {
  attempts::unmark(folder_of(run));
}

}  // namespace enigma::local
