#include "orchestrator/slurm/job_state.h"

#include <fmt/format.h>

#include <string>

namespace enigma::slurm {
namespace {

using decide::Ended;
using decide::JobState;
using protocol::FailureClass;

/// The class of a job that the scheduler ended for a reason of its own.
std::optional<FailureClass> cause_of(Phase phase) {
  switch (phase) {
    case Phase::preempted:
      return FailureClass::preempted;
    case Phase::time_limit:
      return FailureClass::time_limit;
    case Phase::node_failure:
      return FailureClass::node_failure;
    case Phase::out_of_memory:
      return FailureClass::host_memory;
    case Phase::never_started:
      return FailureClass::never_started;
    default:
      return std::nullopt;
  }
}

std::string text_of(const JobRecord& job) {
  std::string text = fmt::format("job {} is {}", job.id, job.state);
  if (!job.reason.empty()) { text += fmt::format(" ({})", job.reason); }
  if (!job.nodes.empty()) { text += " on " + job.nodes; }
  return text;
}

std::optional<int64_t> number_of(const Evidence& evidence) {
  return evidence.claim ? evidence.claim->attempt : std::nullopt;
}

Ended ended(const Evidence& evidence, std::optional<FailureClass> cause, const std::string& line) {
  Ended end;
  end.cause = cause;
  end.number = number_of(evidence);
  end.line = line;
  end.nodes = evidence.nodes;
  return end;
}

bool was_stopped(const Ended& exit) {
  return exit.signal != 0 || protocol::is_preemption(exit.code.value_or(0));
}

/// It left an exit file. While its job is still shown at work, or nobody could say where it is, the
/// end is not told: the scheduler may yet start it again by itself.
JobState state_with_exit(const Evidence& evidence) {
  const auto& job = evidence.job;
  if (!job && !evidence.has_answer && !evidence.started_again) { return decide::Unknown{}; }
  if (job && job->phase == Phase::running && !evidence.started_again) {
    return decide::Running{number_of(evidence), {}, {}, evidence.nodes};
  }
  Ended end = *evidence.exit;
  if (job && is_over(job->phase) && was_stopped(end)) {
    end.cause = cause_of(job->phase);
    if (end.cause) { end.line = text_of(*job); }
  }
  return end;
}

JobState state_of_missing(const Evidence& evidence) {
  if (!evidence.was_seen || evidence.misses < kMissesMax) { return decide::Unknown{}; }
  if (number_of(evidence)) {
    return ended(evidence, FailureClass::node_failure,
                 "its job has left the scheduler, and there is no exit file");
  }
  return ended(evidence, FailureClass::never_started,
               "its job has left the scheduler before its launcher started");
}

JobState state_of_over(const Evidence& evidence, const JobRecord& job) {
  if (const auto cause = cause_of(job.phase)) { return ended(evidence, cause, text_of(job)); }
  const bool started = number_of(evidence).has_value();
  // The exit file may not be visible yet on a shared file system.
  if (started && evidence.misses < kMissesMax) { return decide::Unknown{}; }
  return ended(
      evidence, started ? FailureClass::node_failure : FailureClass::never_started,
      text_of(job) + (started ? ", and there is no exit file" : ", and nothing of it ran"));
}

}  // namespace

JobState state_of(const Evidence& evidence) {
  if (evidence.claim && !evidence.claim->attempt) {
    return ended(evidence, std::nullopt, "not started: " + evidence.claim->refused);
  }
  if (evidence.exit) { return state_with_exit(evidence); }
  const auto& job = evidence.job;
  if (evidence.started_again) {
    const auto cause = job && is_over(job->phase) ? cause_of(job->phase) : std::nullopt;
    return ended(evidence, cause.value_or(FailureClass::preempted),
                 cause ? text_of(*job) : "the scheduler has started its job again");
  }
  if (!job) { return state_of_missing(evidence); }
  if (is_over(job->phase)) { return state_of_over(evidence, *job); }
  if (job->phase == Phase::running) {
    return decide::Running{number_of(evidence), {}, {}, evidence.nodes};
  }
  if (number_of(evidence)) {
    return ended(evidence, FailureClass::preempted, "put back into the queue: " + text_of(*job));
  }
  return decide::Waiting{job->reason};
}

}  // namespace enigma::slurm
