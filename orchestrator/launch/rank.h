// One rank of a worker of several, on its node: its log, its signals, and how it ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enigma::launch {

/// How one rank ended: RANK.exit.json of the attempt's folder. Ranks that end well leave none.
struct RankExit {
  int64_t rank = 0;
  std::optional<int> code;
  int signal = 0;
  std::string node;
};

/// All of an attempt's, by rank.
std::vector<RankExit> read_rank_exits(const std::string& attempt_folder);

/// Which of how many.
struct RankPlace {
  int64_t rank = 0, world = 1;
};
/// As the scheduler says it: SLURM_PROCID and SLURM_NTASKS.
RankPlace place_by_scheduler();

/// Starts the worker as a rank and waits for it. Rank R
/// writes to rank-R.log, rank 0 to worker.log. Where it fails, rank-R.exit.json says how, with the
/// last line of its log, unless the worker has written that itself. Gives the exit code for srun,
/// which ends all ranks of a step where one fails: a rank that left with its checkpoint has not.
int run_rank(const RankPlace& place, const std::string& attempt_folder, const std::string& worker);

}  // namespace enigma::launch
