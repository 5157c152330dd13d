#include "orchestrator/slurm/executor.h"

#include "files/atomic_file.h"
#include "orchestrator/attempts/environment.h"
#include "orchestrator/attempts/exit_file.h"
#include "orchestrator/attempts/run_folder.h"
#include "orchestrator/starts/start.h"

#include <algorithm>
#include <set>
#include <utility>

namespace enigma::slurm {
namespace {

namespace fs = std::filesystem;
using decide::Observation;
using decide::Submission;
using decide::SubmitAnswer;
using decide::Watch;

/// A scheduler that takes long to answer is left alone for so many times that long.
constexpr double kPauses = 20;

std::vector<std::string> nodes_of(const launch::LaunchNote& note) {
  return note.nodes.empty() ? std::vector<std::string>{note.launcher.host} : note.nodes;
}

void write_tasks(const fs::path& folder, const std::vector<Submission>& batch) {
  fs::create_directories(folder / "tasks");
  for (const Submission& submission : batch) {
    write_atomically(folder / "tasks" / std::to_string(task_of(submission.token).index),
                     submission.run + "\n");
  }
}

}  // namespace

fs::path SlurmExecutor::folder_of(const std::string& run) const {
  return options_.store / "runs" / run;
}

bool SlurmExecutor::is_due() {
  const double now_s = options_.clock_s();
  if (looked_at_s_ && now_s - *looked_at_s_ < pause_s_) { return false; }
  looked_at_s_ = now_s;
  return true;
}

void SlurmExecutor::ask_queue() {
  const double begin_s = options_.clock_s();
  const auto answer = scheduler_.jobs();
  pause_s_ = std::max(options_.period_s, kPauses * (options_.clock_s() - begin_s));
  has_answer_ = answer.has_value();
  if (!answer) { return; }
  std::set<TaskName> shown;
  for (const JobRecord& record : *answer) {
    const auto base = base_of(record.name);
    if (!base) { continue; }
    const TaskName task{*base, record.index};
    Job& job = jobs_[task];
    job.misses = is_over(record.phase) ? job.misses + 1 : 0;
    job.record = record;
    shown.insert(task);
  }
  for (auto& [task, job] : jobs_) {
    if (!shown.contains(task)) { ++job.misses; }
  }
}

// The second source, for jobs that the queue knows no more: one query for all of them.
void SlurmExecutor::ask_accounting() {
  std::vector<std::string> ids;
  for (const auto& [task, job] : jobs_) {
    if (job.misses > 0 && !is_over(job.record.phase)) { ids.push_back(job.record.id); }
  }
  if (ids.empty()) { return; }
  const auto answer = scheduler_.accounting(ids);
  if (!answer) { return; }
  for (auto& [task, job] : jobs_) {
    const auto found = std::ranges::find(*answer, job.record.id, &JobRecord::id);
    if (job.misses > 0 && found != answer->end() && is_over(found->phase)) {
      const std::string name = job.record.name;
      job.record = *found;
      job.record.name = name;
    }
  }
}

Evidence SlurmExecutor::evidence_of(const Watch& watch, int64_t start) const {
  const std::string submission = submission_of(watch.token);
  const std::string folder = folder_of(watch.run).string();
  const auto claim = [&](int64_t which) {
    return launch::read_claim(folder, token_of_start(submission, which));
  };
  Evidence evidence;
  evidence.claim = claim(start);
  evidence.started_again = claim(start + 1).has_value();
  if (evidence.claim && evidence.claim->attempt) {
    const int64_t number = *evidence.claim->attempt;
    evidence.exit =
        attempts::read_exit(launch::attempt_path(folder, number), number, options_.signatures);
    if (const auto note =
            launch::read_launch_note(folder, number, token_of_start(submission, start))) {
      evidence.nodes = nodes_of(*note);
    }
    if (evidence.exit) { evidence.exit->nodes = evidence.nodes; }
  }
  evidence.has_answer = has_answer_;
  evidence.was_seen = watch.was_seen;
  const auto job = jobs_.find(task_of(submission));
  if (job == jobs_.end()) { return evidence; }
  evidence.was_seen = true;
  evidence.misses = job->second.misses;
  const bool is_gone = job->second.misses >= kMissesMax && !is_over(job->second.record.phase);
  if (!is_gone) { evidence.job = job->second.record; }
  return evidence;
}

// An end is told together with the start that follows it, so that nobody submits again what the
// scheduler starts by itself.
void SlurmExecutor::look(const Watch& watch, std::vector<Observation>& seen) {
  const int64_t start = start_of(watch.token);
  Evidence evidence = evidence_of(watch, start);
  const auto state = state_of(evidence);
  seen.push_back({watch.run, watch.token, state});
  if (!std::holds_alternative<decide::Ended>(state)) { return; }
  const bool waits_again = evidence.job && evidence.job->phase == Phase::waiting;
  if (!evidence.started_again && !waits_again) { return; }
  const std::string next = token_of_start(submission_of(watch.token), start + 1);
  const Evidence after =
      evidence_of({watch.executor, watch.run, next, {}, {}, {}, true}, start + 1);
  // Its own end is told by the next look, when its spool has been read.
  if (after.claim && after.claim->attempt) {
    seen.push_back({watch.run, next, decide::Running{after.claim->attempt, {}, {}, after.nodes}});
  } else {
    seen.push_back({watch.run, next, decide::Waiting{evidence.job ? evidence.job->reason : ""}});
  }
}

std::vector<Observation> SlurmExecutor::observe(const std::vector<Watch>& watches) {
  if (is_due()) {
    ask_queue();
    ask_accounting();
    seen_.clear();
  }
  std::vector<Observation> all;
  std::set<TaskName> wanted;
  for (const Watch& watch : watches) {
    wanted.insert(task_of(watch.token));
    auto& seen = seen_[watch.token];
    if (seen.empty()) { look(watch, seen); }
    all.insert(all.end(), seen.begin(), seen.end());
  }
  std::erase_if(jobs_, [&](const auto& job) {
    return !wanted.contains(job.first) && is_over(job.second.record.phase);
  });
  return all;
}

SubmitAnswer SlurmExecutor::submit(const Submission& submission) {
  return submit_all({submission}).front();
}

std::vector<SubmitAnswer> SlurmExecutor::submit_all(const std::vector<Submission>& submissions) {
  std::vector<SubmitAnswer> answers(submissions.size());
  // What an earlier call has brought there is found by its name, whoever made the call.
  ask_queue();
  if (!has_answer_) {
    std::ranges::fill(answers, SubmitAnswer{false, "squeue gives no answer"});
    return answers;
  }
  std::map<std::pair<std::string, std::string>, std::vector<size_t>> groups;
  for (size_t i = 0; i < submissions.size(); ++i) {
    const TaskName task = task_of(submissions[i].token);
    const bool is_there =
        jobs_.contains(task) ||
        launch::read_claim(folder_of(submissions[i].run).string(), submissions[i].token);
    if (!is_there) { groups[{task.base, submissions[i].placement}].push_back(i); }
  }
  for (const auto& [key, members] : groups) {
    std::vector<Submission> batch;
    for (const size_t i : members) { batch.push_back(submissions[i]); }
    const SubmitAnswer answer = submit_batch(batch);
    for (const size_t i : members) { answers[i] = answer; }
  }
  return answers;
}

SubmitAnswer SlurmExecutor::submit_batch(const std::vector<Submission>& batch) {
  const TaskName first = task_of(batch.front().token);
  const fs::path folder = options_.store / "jobs" / first.base;
  try {
    Batch call{first.base,
               {},
               attempts::placement_of(batch.front().placement),
               folder,
               options_.store / "runs",
               options_.launcher,
               options_.report_url,
               options_.grace_s,
               batch.front().excluded};
    for (const Submission& submission : batch) {
      call.indices.push_back(task_of(submission.token).index);
      attempts::prepare(folder_of(submission.run), submission,
                        options_.bearer_of(submission.token));
    }
    write_tasks(folder, batch);
    if (const std::string wrapper = wrapper_of(call); !wrapper.empty()) {
      write_atomically(folder / "worker", wrapper);
      fs::permissions(folder / "worker", fs::perms(0755));
    }
    const fs::path script = folder / ("script-" + std::to_string(call.indices.front()) + ".sh");
    write_atomically(script, script_of(call));
    const auto variables = attempts::variables_for(options_.store, call.placement.environment);
    const SubmitResult result = scheduler_.submit(sbatch_arguments(call, script), variables);
    if (!result.job.empty() || !result.is_sure) { return {}; }
    return {false, "sbatch: " + result.why};
  } catch (const std::exception& broken) {  // a full disk, no processes left: tried again later
    return {false, broken.what()};
  }
}

std::string SlurmExecutor::read_spool(const decide::SpoolSlice& slice) {
  return attempts::read_spool(folder_of(slice.run), slice);
}

void SlurmExecutor::cancel(const std::string&, const std::string& token) {
  const auto job = jobs_.find(task_of(token));
  if (job != jobs_.end() && !is_over(job->second.record.phase)) {
    scheduler_.cancel({job->second.record.id});
  }
}

void SlurmExecutor::mark(const std::string& run, const std::string& word) {
  attempts::mark(folder_of(run), word);
}

void SlurmExecutor::unmark(const std::string& run) {
  attempts::unmark(folder_of(run));
}

}  // namespace enigma::slurm
