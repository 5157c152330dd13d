// How far a sweep is, in one line: runs done, running, waiting, and the time that is left.
#pragma once

#include "db/store.h"
#include "orchestrator/call/invocation.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::cli {

struct Progress {
  std::map<std::string, int64_t> counts;  ///< state → runs
  int64_t runs = 0;
  double work = 0;       ///< of all runs, in FLOPs (a failed or cancelled one has none left)
  double work_done = 0;  ///< of it
};

/// `flops` gives each run's total by id; a run that is not in it counts as one unit.
Progress progress_of(const std::vector<db::Run>& runs, const std::map<std::string, double>& flops);

/// Whether nothing runs or waits any more.
bool is_over(const Progress& progress);

/// kRunEnded where a run ended for good without its target, else kHeld where one rests, else kDone.
Exit verdict_of(const Progress& progress);

/// Seconds until the rest is done at the pace since `first`, taken `elapsed_s` before; nothing
/// where there is no pace yet.
std::optional<double> time_left_s(const Progress& first, const Progress& now, double elapsed_s);

/// "7 of 18 runs done, 2 running, 9 waiting; about 3 min left".
std::string to_text(const Progress& progress, std::optional<double> left_s);

/// Why nothing goes on, and what helps, where runs wait or run and no controller lives; else empty.
std::string stranded_text(const Progress& progress, bool controller_lives);

}  // namespace enigma::cli
