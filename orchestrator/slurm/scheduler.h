// Slurm's own programs, asked through exec: what each said, whole or not at all.
#pragma once

#include "orchestrator/attempts/placement.h"
#include "orchestrator/slurm/cluster_facts.h"
#include "orchestrator/slurm/job_record.h"

#include "processes/run.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::slurm {

/// What sbatch answered.
struct SubmitResult {
  std::string job;        ///< its number; empty: none was given
  bool is_sure = true;    ///< false: it may have been taken all the same (no answer in time)
  std::string why;        ///< what it said where it gave no number
  bool is_limit = false;  ///< it takes no more jobs of this user for now
};

class Scheduler {
 public:
  /// Every job of this user that the scheduler still knows: one query. Nothing where it failed.
  std::optional<std::vector<JobRecord>> jobs() const;
  /// What the accounting database says of these; nothing where there is none, or it failed.
  std::optional<std::vector<JobRecord>> accounting(const std::vector<std::string>& ids) const;
  /// `variables` as in Program.
  SubmitResult submit(const std::vector<std::string>& arguments,
                      const std::optional<std::vector<std::string>>& variables) const;
  /// What it says of itself, each command asked once. `options` of sbatch are those of a submission
  /// that is tried (--test-only: nothing is submitted).
  ClusterFacts facts(const std::map<std::string, std::string>& options) const;
  /// When a job with this placement would start, as the scheduler estimates now (seconds since the
  /// epoch); nothing where it says none. Nothing is submitted.
  std::optional<double> earliest_start(const attempts::Placement& placement) const;
  /// Asks for the end of jobs by id; what was refused is asked for again by the next turn.
  void cancel(const std::vector<std::string>& ids) const;
};

}  // namespace enigma::slurm
