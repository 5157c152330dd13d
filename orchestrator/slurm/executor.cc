#include "orchestrator/slurm/executor.h"

#include "orchestrator/attempts/run_folder.h"
#include "orchestrator/launch/attempt_folder.h"
#include "orchestrator/slurm/groups.h"
#include "orchestrator/slurm/observation.h"
#include "orchestrator/slurm/submission.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

namespace enigma::slurm {
namespace {

using decide::Observation;
using decide::Submission;
using decide::SubmitAnswer;
using decide::Watch;

/// A scheduler that takes long to answer is left alone for so many times that long.
constexpr double kPauses = 20;
/// So many jobs are named in one call of scancel.
constexpr size_t kCancelMax = 1000;

}  // namespace

SlurmExecutor::SlurmExecutor(SlurmOptions options)
    : options_(std::move(options)),
      queue_([jobs = options_.store / "jobs"](const std::string& base) {
        return std::filesystem::exists(jobs / base);
      }) {}

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
  queue_.take(answer);
}

// One query for all of them.
void SlurmExecutor::ask_accounting() {
  const auto ids = queue_.missing();
  if (ids.empty()) { return; }
  if (const auto answer = scheduler_.accounting(ids)) { queue_.take_accounting(*answer); }
}

std::vector<Observation> SlurmExecutor::observe(const std::vector<Watch>& watches) {
  std::set<TaskName> wanted;
  for (const Watch& watch : watches) { wanted.insert(task_of(watch.token)); }
  const bool is_asked = !watches.empty() || !queue_.is_empty();
  cancel_gathered();
  if (is_asked && is_due()) {
    ask_queue();
    ask_accounting();
    if (queue_.has_answer()) { scheduler_.cancel(queue_.strays(wanted)); }
    seen_.clear();
  }
  std::vector<Observation> all;
  for (const Watch& watch : watches) {
    auto& seen = seen_[watch.token];
    if (seen.empty()) { seen = observations_of(options_, queue_, watch); }
    all.insert(all.end(), seen.begin(), seen.end());
  }
  queue_.forget(wanted);
  return all;
}

SubmitAnswer SlurmExecutor::submit(const Submission& submission) {
  return submit_all({submission}).front();
}

// What an earlier call has brought there is found by its name, whoever made the call.
bool SlurmExecutor::is_there(const Submission& submission) const {
  return queue_.has(task_of(submission.token)) ||
         launch::read_claim(folder_of(options_, submission.run).string(), submission.token);
}

std::vector<SubmitAnswer> SlurmExecutor::submit_all(const std::vector<Submission>& submissions) {
  std::vector<SubmitAnswer> answers(submissions.size());
  ask_queue();
  if (!queue_.has_answer()) {
    std::ranges::fill(answers, SubmitAnswer{false, "squeue gives no answer"});
    return answers;
  }
  std::vector<Submission> absent;
  std::vector<SubmitAnswer*> awaited;
  for (size_t i = 0; i < submissions.size(); ++i) {
    if (is_there(submissions[i])) { continue; }
    absent.push_back(submissions[i]);
    awaited.push_back(&answers[i]);
  }
  const auto submit = [this](const auto& batch) {
    return submit_batch(options_, scheduler_, batch);
  };
  for (const auto& members : groups_of(absent)) {
    std::vector<Submission> batch;
    for (const size_t i : members) { batch.push_back(absent[i]); }
    const auto taken = submit_fitting(batch, submit);
    for (size_t k = 0; k < members.size(); ++k) { *awaited[members[k]] = taken[k]; }
  }
  return answers;
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

void SlurmExecutor::cancel(const std::string&, const std::string& token) {
  for (std::string& id : queue_.live_ids(task_of(token))) { to_cancel_.push_back(std::move(id)); }
}

std::string SlurmExecutor::read_spool(const decide::SpoolSlice& slice) {
  return attempts::read_spool(folder_of(options_, slice.run), slice);
}

void SlurmExecutor::mark(const std::string& run, const std::string& word) {
  attempts::mark(folder_of(options_, run), word);
}

void SlurmExecutor::unmark(const std::string& run) {
  attempts::unmark(folder_of(options_, run));
}

}  // namespace enigma::slurm
