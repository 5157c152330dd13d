// What of a cluster will not work for long runs, and what to change. Pure.
#pragma once

#include "orchestrator/doctor/check.h"
#include "orchestrator/slurm/cluster_facts.h"
#include "sweeps/site/site.h"

#include <optional>

namespace enigma::doctor {

/// Limits, preemption, grace, signals, accounting, GPUs, user limits, and where the site's profile
/// and the scheduler disagree.
Checks check_cluster(const slurm::ClusterFacts& facts, const std::optional<sweeps::Site>& site);

}  // namespace enigma::doctor
