// One call of sbatch, with the files that its jobs find: STORE/jobs/BASE and the runs' folders.
#pragma once

#include "orchestrator/decide/executor.h"
#include "orchestrator/slurm/options.h"
#include "orchestrator/slurm/scheduler.h"

#include <vector>

namespace enigma::slurm {

/// Writes what the jobs of a batch need and submits them as one array; all ask for the same. What
/// cannot be written now (a full disk, no processes left) is a refusal: it is tried again later.
decide::SubmitAnswer submit_batch(const SlurmOptions& options, const Scheduler& scheduler,
                                  const std::vector<decide::Submission>& batch);

}  // namespace enigma::slurm
