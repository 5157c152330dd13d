// What became of one start of a submission, from its files and from what the scheduler says: pure.
#pragma once

#include "orchestrator/decide/executor.h"
#include "orchestrator/launch/attempt_folder.h"
#include "orchestrator/slurm/job_record.h"

#include <optional>
#include <string>
#include <vector>

namespace enigma::slurm {

/// What is known of one start.
struct Evidence {
  std::optional<launch::Claim> claim;  ///< of its launcher
  std::optional<decide::Ended> exit;   ///< its exit file
  std::vector<std::string> nodes;      ///< that it runs on, as its launcher noted
  bool started_again = false;          ///< a later start of this submission has been claimed
  bool was_seen = false;               ///< the scheduler has shown its job before
  bool has_answer = false;             ///< the last query was answered
  int misses = 0;                      ///< good answers in a row that lacked the job
  std::optional<JobRecord> job;        ///< as last shown, by the queue or by accounting
};

/// No answer is never a proof; COMPLETED proves no success; where the files say that a worker was
/// stopped by a signal and the scheduler why, the scheduler's reason counts.
decide::JobState state_of(const Evidence& evidence);

}  // namespace enigma::slurm
