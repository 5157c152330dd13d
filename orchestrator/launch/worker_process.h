// Starting the worker: environment, log, cores, its own process group, death with the launcher.
#pragma once

#include "orchestrator/launch/options.h"

#include <cstdint>
#include <string>
#include <sys/types.h>

namespace enigma::launch {

struct Started {
  pid_t pid = -1;
  std::string error;  ///< why it could not be started; empty on success
};

/// Forks and executes the worker with the contract's ENIGMA_* variables; standard output and error
/// go to worker.log of the attempt's folder. On `nodes`: by srun, each rank under run_rank(); none:
/// as one process here. Returns after the exec has succeeded or failed.
Started start_worker(const Options& options, int64_t attempt,
                     const std::vector<std::string>& nodes);

/// Kills whatever is left of the worker's process group.
void kill_group(pid_t worker);

/// Out-of-memory kills counted by this process's cgroup (v2 memory.events), −1 where not visible.
int64_t memory_kills();

}  // namespace enigma::launch
