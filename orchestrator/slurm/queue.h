// What the scheduler has shown of this store's jobs, answer by answer. Nobody is asked here. A job
// that an answer lacks stays known until so many good answers in a row have lacked it.
#pragma once

#include "orchestrator/slurm/batch.h"
#include "orchestrator/slurm/job_record.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace enigma::slurm {

class Queue {
 public:
  struct Job {
    JobRecord record;
    int misses = 0;  ///< good answers in a row that lacked it, or that lack its exit file
    int strays = 0;  ///< good answers in a row that showed it, while nobody asked for it
  };

  /// `is_ours`: whether this store has noted jobs of that base. A user may work on several stores.
  explicit Queue(std::function<bool(const std::string& base)> is_ours)
      : is_ours_(std::move(is_ours)) {}

  /// All jobs of this user, as the queue was asked for them; nothing: it gave no answer.
  void take(const std::optional<std::vector<JobRecord>>& answer);
  /// Whether the last one was an answer.
  bool has_answer() const { return has_answer_; }

  /// The jobs that the queue knows no more, and whose end it has not shown.
  std::vector<std::string> missing() const;
  /// What the accounting says of those: a second source.
  void take_accounting(const std::vector<JobRecord>& answer);

  bool is_empty() const { return jobs_.empty(); }
  bool has(const TaskName& task) const { return jobs_.contains(task); }
  /// The job of an attempt by its id; where it has none yet, the one that will bring it. Null: none
  /// is known.
  const Job* job_of(const TaskName& task, const std::string& id) const;
  /// The next of a task's jobs to do something, or the one at work, but not `but_id`.
  const Job* job_ahead(const TaskName& task, const std::string& but_id) const;
  /// Ids of the task's jobs that are not over.
  std::vector<std::string> live_ids(const TaskName& task) const;

  /// Ids of jobs that no attempt stands for any more, as when a site starts one again after its run
  /// has ended. Asked for once an answer.
  std::vector<std::string> strays(const std::set<TaskName>& wanted);
  /// Drops what is over or gone, of tasks that nobody asks for.
  void forget(const std::set<TaskName>& wanted);

 private:
  /// By id: one, or those of a chain.
  using Jobs = std::map<std::string, Job>;
  bool is_known_as_ours(const std::string& base);
  void count_misses(const std::set<std::string>& shown);

  std::function<bool(const std::string& base)> is_ours_;
  std::set<std::string> ours_;  ///< bases of this store's jobs, as far as they were seen
  std::map<TaskName, Jobs> jobs_;
  bool has_answer_ = false;
};

}  // namespace enigma::slurm
