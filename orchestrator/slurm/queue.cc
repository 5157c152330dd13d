#include "orchestrator/slurm/queue.h"

namespace enigma::slurm {
namespace {

bool is_missing(const Queue::Job& job) {
  return job.misses > 0 && !is_over(job.record.phase);
}

}  // namespace

bool Queue::is_known_as_ours(const std::string& base) {
  if (!ours_.contains(base) && is_ours_(base)) { ours_.insert(base); }
  return ours_.contains(base);
}

void Queue::take(const std::optional<std::vector<JobRecord>>& answer) {
  has_answer_ = answer.has_value();
  if (!answer) { return; }
  std::set<std::string> shown;
  for (const JobRecord& record : *answer) {
    const auto base = base_of(record.name);
    if (!base || !is_known_as_ours(*base)) { continue; }
    Job& job = jobs_[{*base, record.index}][record.id];
    job.misses = is_over(record.phase) ? job.misses + 1 : 0;
    job.record = record;
    shown.insert(record.id);
  }
  count_misses(shown);
}

void Queue::count_misses(const std::set<std::string>& shown) {
  for (auto& [task, jobs] : jobs_) {
    for (auto& [id, job] : jobs) {
      if (!shown.contains(id)) { ++job.misses; }
    }
  }
}

std::vector<std::string> Queue::missing() const {
  std::set<std::string> ids;
  for (const auto& [task, jobs] : jobs_) {
    for (const auto& [id, job] : jobs) {
      if (is_missing(job)) { ids.insert(id); }
    }
  }
  return {ids.begin(), ids.end()};
}

void Queue::take_accounting(const std::vector<JobRecord>& answer) {
  std::map<std::string, JobRecord*> asked;
  for (auto& [task, jobs] : jobs_) {
    for (auto& [id, job] : jobs) {
      if (is_missing(job)) { asked[id] = &job.record; }
    }
  }
  for (const JobRecord& found : answer) {
    const auto known = asked.find(found.id);
    if (known == asked.end() || !is_over(found.phase)) { continue; }
    const std::string name = known->second->name;
    *known->second = found;
    known->second->name = name;
  }
}

const Queue::Job* Queue::job_of(const TaskName& task, const std::string& id) const {
  const auto jobs = jobs_.find(task);
  if (jobs == jobs_.end()) { return nullptr; }
  const auto own = jobs->second.find(id);
  if (own != jobs->second.end()) { return &own->second; }
  if (!id.empty() && jobs->second.size() > 1) { return nullptr; }
  const Job* ahead = job_ahead(task, "");
  return ahead != nullptr ? ahead : &jobs->second.rbegin()->second;
}

const Queue::Job* Queue::job_ahead(const TaskName& task, const std::string& but_id) const {
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

std::vector<std::string> Queue::live_ids(const TaskName& task) const {
  std::vector<std::string> ids;
  const auto jobs = jobs_.find(task);
  if (jobs == jobs_.end()) { return ids; }
  for (const auto& [id, job] : jobs->second) {
    if (!is_over(job.record.phase)) { ids.push_back(id); }
  }
  return ids;
}

std::vector<std::string> Queue::strays(const std::set<TaskName>& wanted) {
  std::vector<std::string> ids;
  for (auto& [task, jobs] : jobs_) {
    for (auto& [id, job] : jobs) {
      const bool is_stray = !wanted.contains(task) && job.misses == 0 && !is_over(job.record.phase);
      job.strays = is_stray ? job.strays + 1 : 0;
      if (job.strays >= kMissesMax) { ids.push_back(id); }
    }
  }
  return ids;
}

void Queue::forget(const std::set<TaskName>& wanted) {
  for (auto& [task, jobs] : jobs_) {
    if (wanted.contains(task)) { continue; }
    std::erase_if(jobs, [](const auto& job) {
      return is_over(job.second.record.phase) || job.second.misses >= kMissesMax;
    });
  }
  std::erase_if(jobs_, [](const auto& task) { return task.second.empty(); });
}

}  // namespace enigma::slurm
