#include "orchestrator/slurm/executor.h"

#include "files/atomic_file.h"
#include "orchestrator/attempts/environment.h"
#include "orchestrator/attempts/exit_file.h"
#include "orchestrator/attempts/run_folder.h"
#include "orchestrator/starts/start.h"

#include <algorithm>
#include <array>
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
/// So many jobs are named in one call of scancel.
constexpr size_t kCancelMax = 1000;

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

// A user may work on several stores; each has noted what it submitted.
bool SlurmExecutor::is_ours(const std::string& base) {
  if (!ours_.contains(base) && fs::exists(options_.store / "jobs" / base)) { ours_.insert(base); }
  return ours_.contains(base);
}

void SlurmExecutor::ask_queue() {
  const double begin_s = options_.clock_s();
  const auto answer = scheduler_.jobs();
  pause_s_ = std::max(options_.period_s, kPauses * (options_.clock_s() - begin_s));
  has_answer_ = answer.has_value();
  if (!answer) { return; }
  std::set<std::string> shown;
  for (const JobRecord& record : *answer) {
    const auto base = base_of(record.name);
    if (!base || !is_ours(*base)) { continue; }
    Job& job = jobs_[{*base, record.index}][record.id];
    job.misses = is_over(record.phase) ? job.misses + 1 : 0;
    job.record = record;
    shown.insert(record.id);
  }
  for (auto& [task, jobs] : jobs_) {
    for (auto& [id, job] : jobs) {
      if (!shown.contains(id)) { ++job.misses; }
    }
  }
}

// The second source, for jobs that the queue knows no more: one query for all of them.
void SlurmExecutor::ask_accounting() {
  std::map<std::string, JobRecord*> missing;
  for (auto& [task, jobs] : jobs_) {
    for (auto& [id, job] : jobs) {
      if (job.misses > 0 && !is_over(job.record.phase)) { missing[id] = &job.record; }
    }
  }
  if (missing.empty()) { return; }
  std::vector<std::string> ids;
  for (const auto& [id, record] : missing) { ids.push_back(id); }
  const auto answer = scheduler_.accounting(ids);
  if (!answer) { return; }
  for (const JobRecord& found : *answer) {
    const auto asked = missing.find(found.id);
    if (asked == missing.end() || !is_over(found.phase)) { continue; }
    const std::string name = asked->second->name;
    *asked->second = found;
    asked->second->name = name;
  }
}

// The job of an attempt by its id; where it has none yet, the one that will bring it.
const SlurmExecutor::Job* SlurmExecutor::job_of(const TaskName& task, const std::string& id) const {
  const auto jobs = jobs_.find(task);
  if (jobs == jobs_.end()) { return nullptr; }
  const auto own = jobs->second.find(id);
  if (own != jobs->second.end()) { return &own->second; }
  if (!id.empty() && jobs->second.size() > 1) { return nullptr; }
  const Job* ahead = job_ahead(task, "");
  return ahead != nullptr ? ahead : &jobs->second.rbegin()->second;
}

// The next of a task's jobs to do something, or the one at work.
const SlurmExecutor::Job* SlurmExecutor::job_ahead(const TaskName& task,
                                                   const std::string& but_id) const {
  const auto jobs = jobs_.find(task);
  const Job* waiting = nullptr;
  if (jobs == jobs_.end()) { return nullptr; }
  for (const auto& [id, job] : jobs->second) {
    if (id == but_id || job.misses >= kMissesMax || is_over(job.record.phase)) { continue; }
    if (job.record.phase == Phase::running) { return &job; }
    if (waiting == nullptr) { waiting = &job; }
  }
  return waiting;
}

Evidence SlurmExecutor::evidence_of(const Watch& watch, int64_t start) const {
  const std::string submission = submission_of(watch.token);
  const std::string folder = folder_of(watch.run).string();
  const auto claim = [&](int64_t which) {
    return launch::read_claim(folder, token_of_start(submission, which));
  };
  Evidence evidence;
  evidence.claim = claim(start);
  const auto next = claim(start + 1);
  evidence.started_again = next && next->attempt;
  std::string job_id;
  if (evidence.claim && evidence.claim->attempt) {
    const int64_t number = *evidence.claim->attempt;
    evidence.exit =
        attempts::read_exit(launch::attempt_path(folder, number), number, options_.signatures);
    if (const auto note =
            launch::read_launch_note(folder, number, token_of_start(submission, start))) {
      evidence.nodes = nodes_of(*note);
      job_id = note->job;
    }
    if (evidence.exit) { evidence.exit->nodes = evidence.nodes; }
  }
  evidence.has_answer = has_answer_;
  evidence.was_seen = watch.was_seen;
  const Job* job = job_of(task_of(submission), job_id);
  if (job == nullptr) { return evidence; }
  evidence.was_seen = true;
  evidence.misses = job->misses;
  const bool is_gone = job->misses >= kMissesMax && !is_over(job->record.phase);
  if (!is_gone) { evidence.job = job->record; }
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
  const std::string submission = submission_of(watch.token);
  const bool has_ended = launch::has_chain_ended(folder_of(watch.run).string(), submission);
  const bool is_waiting = evidence.job && evidence.job->phase == Phase::waiting;
  const Job* ahead = has_ended ? nullptr
                               : job_ahead(task_of(submission),
                                           evidence.job && !is_waiting ? evidence.job->id : "");
  if (!evidence.started_again && ahead == nullptr) { return; }
  const std::string next = token_of_start(submission, start + 1);
  const Evidence after =
      evidence_of({watch.executor, watch.run, next, {}, {}, {}, true}, start + 1);
  // Its own end is told by the next look, when its spool has been read.
  if (after.claim && after.claim->attempt) {
    seen.push_back({watch.run, next, decide::Running{after.claim->attempt, {}, {}, after.nodes}});
  } else {
    seen.push_back(
        {watch.run, next, decide::Waiting{ahead != nullptr ? ahead->record.reason : ""}});
  }
}

std::vector<Observation> SlurmExecutor::observe(const std::vector<Watch>& watches) {
  std::set<TaskName> wanted;
  for (const Watch& watch : watches) { wanted.insert(task_of(watch.token)); }
  const bool is_asked = !watches.empty() || !jobs_.empty();
  cancel_gathered();
  if (is_asked && is_due()) {
    ask_queue();
    ask_accounting();
    if (has_answer_) { cancel_strays(wanted); }
    seen_.clear();
  }
  std::vector<Observation> all;
  for (const Watch& watch : watches) {
    auto& seen = seen_[watch.token];
    if (seen.empty()) { look(watch, seen); }
    all.insert(all.end(), seen.begin(), seen.end());
  }
  forget(wanted);
  return all;
}

// Jobs of this store that no attempt stands for any more, as when a site starts one again after its
// run has ended.
void SlurmExecutor::cancel_strays(const std::set<TaskName>& wanted) {
  std::vector<std::string> strays;
  for (auto& [task, jobs] : jobs_) {
    for (auto& [id, job] : jobs) {
      const bool is_stray = !wanted.contains(task) && job.misses == 0 && !is_over(job.record.phase);
      job.strays = is_stray ? job.strays + 1 : 0;
      if (job.strays >= kMissesMax) { strays.push_back(id); }
    }
  }
  scheduler_.cancel(strays);
}

// One call for many: a sweep that is cancelled has thousands.
void SlurmExecutor::cancel_gathered() {
  for (size_t from = 0; from < to_cancel_.size(); from += kCancelMax) {
    const size_t end = std::min(from + kCancelMax, to_cancel_.size());
    scheduler_.cancel({to_cancel_.begin() + static_cast<std::ptrdiff_t>(from),
                       to_cancel_.begin() + static_cast<std::ptrdiff_t>(end)});
  }
  to_cancel_.clear();
}

void SlurmExecutor::forget(const std::set<TaskName>& wanted) {
  for (auto& [task, jobs] : jobs_) {
    if (wanted.contains(task)) { continue; }
    std::erase_if(jobs, [](const auto& job) {
      return is_over(job.second.record.phase) || job.second.misses >= kMissesMax;
    });
  }
  std::erase_if(jobs_, [](const auto& task) { return task.second.empty(); });
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
  std::map<std::array<std::string, 3>, std::vector<size_t>> groups;
  for (size_t i = 0; i < submissions.size(); ++i) {
    const TaskName task = task_of(submissions[i].token);
    const bool is_there =
        jobs_.contains(task) ||
        launch::read_claim(folder_of(submissions[i].run).string(), submissions[i].token);
    if (is_there) { continue; }
    const std::string& placement = submissions[i].placement;
    const auto resources = attempts::placement_of(placement).resources;
    const bool is_chained = resources && resources->chain > 1;
    groups[{task.base, placement, is_chained ? submissions[i].token : ""}].push_back(i);
  }
  for (const auto& [key, members] : groups) {
    std::vector<Submission> batch;
    for (const size_t i : members) { batch.push_back(submissions[i]); }
    const auto taken = submit_fitting(batch);
    for (size_t k = 0; k < members.size(); ++k) { answers[members[k]] = taken[k]; }
  }
  return answers;
}

// Where the queue does not take all of them, the first half is tried, then what is left of room.
std::vector<SubmitAnswer> SlurmExecutor::submit_fitting(const std::vector<Submission>& batch) {
  const SubmitAnswer answer = submit_batch(batch);
  if (!answer.is_limit || batch.size() == 1) {
    return std::vector<SubmitAnswer>(batch.size(), answer);
  }
  const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
  std::vector<SubmitAnswer> answers = submit_fitting({batch.begin(), middle});
  const bool all_fit = std::ranges::all_of(answers, &SubmitAnswer::accepted);
  const auto rest = all_fit ? submit_fitting({middle, batch.end()})
                            : std::vector<SubmitAnswer>(batch.end() - middle, answer);
  answers.insert(answers.end(), rest.begin(), rest.end());
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
    const auto words = sbatch_arguments(call, script);
    const SubmitResult result = scheduler_.submit(words, variables);
    if (result.job.empty() && result.is_sure) {
      return {false, "sbatch: " + result.why, result.is_limit};
    }
    // A chain that comes out shorter is one all the same.
    for (int64_t link = 1; link < chain_of(call); ++link) { scheduler_.submit(words, variables); }
    return {};
  } catch (const std::exception& broken) {  // a full disk, no processes left: tried again later
    return {false, broken.what()};
  }
}

std::string SlurmExecutor::read_spool(const decide::SpoolSlice& slice) {
  return attempts::read_spool(folder_of(slice.run), slice);
}

void SlurmExecutor::cancel(const std::string&, const std::string& token) {
  const auto jobs = jobs_.find(task_of(token));
  if (jobs == jobs_.end()) { return; }
  for (const auto& [id, job] : jobs->second) {
    if (!is_over(job.record.phase)) { to_cancel_.push_back(id); }
  }
}

void SlurmExecutor::mark(const std::string& run, const std::string& word) {
  attempts::mark(folder_of(run), word);
}

void SlurmExecutor::unmark(const std::string& run) {
  attempts::unmark(folder_of(run));
}

}  // namespace enigma::slurm
