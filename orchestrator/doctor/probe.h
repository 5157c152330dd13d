// The questions of `doctor`, asked of this machine and of its scheduler.
#pragma once

#include "orchestrator/doctor/check.h"
#include "orchestrator/doctor/slurm_facts.h"
#include "sweeps/site.h"

#include <filesystem>
#include <optional>

namespace enigma::doctor {

/// By Slurm's own commands, each asked once. `site` says for which partition and account a
/// submission is tried (sbatch --test-only: nothing is submitted).
SlurmFacts ask_slurm(const std::optional<sweeps::Site>& site);

/// Whether a store can live in `folder` (made, and removed, where it is not there): writing,
/// locking, room, its file system's clock, and whether other nodes can see it.
Checks check_store(const std::filesystem::path& folder, const SlurmFacts& facts);

/// Whether the worker can be started at all; --help of it is asked.
Check check_worker(const std::filesystem::path& worker);

}  // namespace enigma::doctor
