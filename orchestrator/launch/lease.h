// The run's lease: who may write for this run. One file, held by one launcher at a time.
// A holder known to be dead is replaced at once; one that nobody here can see, after silence.
#pragma once

#include "orchestrator/launch/process.h"

#include <cstdint>
#include <optional>
#include <string>

namespace enigma::launch {

struct Lease {
  Process holder;
  Process worker;         ///< start_ns 0 until it is started
  std::string token;      ///< of the start
  double renewed_at = 0;  ///< seconds since the epoch
  std::string job = {};   ///< of a scheduler; empty: none
  int64_t restart = 0;    ///< how often the scheduler had put that job back into its queue
};

std::optional<Lease> read_lease(const std::string& run_folder);
bool write_lease(const std::string& run_folder, const Lease& lease);
void release_lease(const std::string& run_folder, const std::string& token);

/// May another take it? Dead holder: yes. Living: no. Unseen: only after `silence_s` of silence.
bool is_free(const std::optional<Lease>& lease, Liveness holder, double now, double silence_s);

/// Whether its holder was an earlier run of the same job: a scheduler runs none of them twice at
/// once, so it is over, whoever can see it.
bool is_earlier_run(const Lease& lease, const std::string& job, int64_t restart);

}  // namespace enigma::launch
