#include "orchestrator/slurm/observation.h"

#include "orchestrator/attempts/exit_file.h"
#include "orchestrator/starts/start.h"

#include <string>
#include <utility>

namespace enigma::slurm {
namespace {

using decide::Observation;
using decide::Watch;

std::vector<std::string> nodes_of(const launch::LaunchNote& note) {
  return note.nodes.empty() ? std::vector<std::string>{note.launcher.host} : note.nodes;
}

/// What the files of its attempt say. Gives the id of its job; empty: none is noted.
std::string add_attempt(const SlurmOptions& options, const std::string& run, int64_t number,
                        const std::string& token, Evidence& evidence) {
  const std::string folder = folder_of(options, run).string();
  std::string job_id;
  evidence.exit =
      attempts::read_exit(launch::attempt_path(folder, number), number, options.signatures);
  if (const auto note = launch::read_launch_note(folder, number, token)) {
    evidence.nodes = nodes_of(*note);
    job_id = note->job;
  }
  if (evidence.exit) { evidence.exit->nodes = evidence.nodes; }
  return job_id;
}

void add_job(const Queue::Job& job, Evidence& evidence) {
  evidence.was_seen = true;
  evidence.misses = job.misses;
  const bool is_gone = job.misses >= kMissesMax && !is_over(job.record.phase);
  if (!is_gone) { evidence.job = job.record; }
}

/// The job that would bring the start after one that has ended like this; null: none will.
const Queue::Job* job_after(const SlurmOptions& options, const Queue& queue, const Watch& watch,
                            const Evidence& evidence) {
  const std::string submission = submission_of(watch.token);
  if (launch::has_chain_ended(folder_of(options, watch.run).string(), submission)) {
    return nullptr;
  }
  const bool is_waiting = evidence.job && evidence.job->phase == Phase::waiting;
  return queue.job_ahead(task_of(submission), evidence.job && !is_waiting ? evidence.job->id : "");
}

/// Its own end is told by the next look, when its spool has been read.
decide::JobState state_of_next(const Evidence& evidence, const Queue::Job* job) {
  if (evidence.claim && evidence.claim->attempt) {
    return decide::Running{evidence.claim->attempt, {}, {}, evidence.nodes};
  }
  return decide::Waiting{job != nullptr ? job->record.reason : ""};
}

}  // namespace

Evidence evidence_of(const SlurmOptions& options, const Queue& queue, const Watch& watch,
                     int64_t start) {
  const std::string submission = submission_of(watch.token);
  const std::string folder = folder_of(options, watch.run).string();
  const auto claim = [&](int64_t which) {
    return launch::read_claim(folder, token_of_start(submission, which));
  };
  Evidence evidence;
  evidence.claim = claim(start);
  const auto next = claim(start + 1);
  evidence.started_again = next && next->attempt;
  std::string job_id;
  if (evidence.claim && evidence.claim->attempt) {
    job_id = add_attempt(options, watch.run, *evidence.claim->attempt,
                         token_of_start(submission, start), evidence);
  }
  evidence.has_answer = queue.has_answer();
  evidence.was_seen = watch.was_seen;
  const Queue::Job* job = queue.job_of(task_of(submission), job_id);
  if (job != nullptr) { add_job(*job, evidence); }
  return evidence;
}

std::vector<Observation> observations_of(const SlurmOptions& options, const Queue& queue,
                                         const Watch& watch) {
  const int64_t start = start_of(watch.token);
  const Evidence evidence = evidence_of(options, queue, watch, start);
  std::vector<Observation> seen = {{watch.run, watch.token, state_of(evidence)}};
  if (!std::holds_alternative<decide::Ended>(seen.front().state)) { return seen; }
  const Queue::Job* ahead = job_after(options, queue, watch, evidence);
  if (!evidence.started_again && ahead == nullptr) { return seen; }
  const std::string next = token_of_start(submission_of(watch.token), start + 1);
  const Evidence after =
      evidence_of(options, queue, {watch.executor, watch.run, next, {}, {}, {}, true}, start + 1);
  seen.push_back({watch.run, next, state_of_next(after, ahead)});
  return seen;
}

}  // namespace enigma::slurm
