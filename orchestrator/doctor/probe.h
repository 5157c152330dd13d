// The questions of `doctor` that are asked of this machine.
#pragma once

#include "orchestrator/doctor/check.h"
#include "orchestrator/slurm/cluster_facts.h"

#include <filesystem>

namespace enigma::doctor {

/// Whether a store can live in `folder` (made, and removed, where it is not there): writing,
/// locking, room, its file system's clock, and whether other nodes can see it.
Checks check_store(const std::filesystem::path& folder, const slurm::ClusterFacts& facts);

/// Whether the worker can be started at all; --help of it is asked.
Check check_worker(const std::filesystem::path& worker);

}  // namespace enigma::doctor
