// What a submission's `placement` says (JSON in the store): where and with what a run is started,
// and how it is tried again. Not part of its identity.
#pragma once

#include "orchestrator/decide/policy.h"
#include "worker/protocol/retry_limit.h"
#include "worker/protocol/stop_rule.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::attempts {

/// What one run takes of a cluster.
struct Resources {
  int64_t nodes = 1, devices = 1;         ///< devices: of one node
  std::optional<int64_t> ranks;           ///< of all nodes; nothing: one a device
  std::optional<double> time_s;           ///< nothing: the partition's own
  std::vector<int64_t> node_counts = {};  ///< that it may run on, rising; empty: `nodes` alone
  int64_t spares = 0;                     ///< nodes more, for those that fail
  int64_t chain = 1;                      ///< jobs that follow each other
  int64_t ranks_per_node() const { return ranks ? std::max<int64_t>(1, *ranks / nodes) : devices; }
};

/// What a site asks of its jobs.
struct Site {
  std::map<std::string, std::string> options;   ///< of sbatch; an empty value: the name alone
  std::vector<std::string> lines;               ///< of the script, before the worker
  bool has_gpus = false;                        ///< devices are asked for as GPUs
  std::string container = {};                   ///< image for the worker; empty: none
  std::string container_runtime = "apptainer";  ///< or pyxis
};

struct Placement {
  std::string data;                                   ///< folder of recordings
  std::string worker;                                 ///< program
  std::map<std::string, protocol::RetryLimit> retry;  ///< by failure class
  std::string environment;                            ///< name of the kept one; empty = unknown
  std::optional<Resources> resources;                 ///< of a cluster
  std::optional<Site> site;                           ///< of a cluster
  std::vector<protocol::StopRule> stop = {};          ///< when it is to be held
};
std::string to_text(const Placement& placement);
Placement placement_of(const std::string& text);

/// The house's rules with the placement's retry in their place.
decide::Policy with_retry(decide::Policy policy, const Placement& placement);

}  // namespace enigma::attempts
