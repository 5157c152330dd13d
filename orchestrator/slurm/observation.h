// What is told of a start: from its files and from what the scheduler has shown. Files are read,
// nobody is asked.
#pragma once

#include "orchestrator/decide/executor.h"
#include "orchestrator/slurm/job_state.h"
#include "orchestrator/slurm/options.h"
#include "orchestrator/slurm/queue.h"

#include <cstdint>
#include <vector>

namespace enigma::slurm {

/// What is known of start number `start` of the watched submission.
Evidence evidence_of(const SlurmOptions& options, const Queue& queue, const decide::Watch& watch,
                     int64_t start);

/// The state of the watched start. An end is told together with the start that follows it, so that
/// nobody submits again what the scheduler starts by itself.
std::vector<decide::Observation> observations_of(const SlurmOptions& options, const Queue& queue,
                                                 const decide::Watch& watch);

}  // namespace enigma::slurm
