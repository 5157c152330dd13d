// What the scheduler says of one job, or of one task of an array, read from the lines of its
// commands. A line that cannot be understood is left out: its job is then unknown, never gone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::slurm {

/// Where a job stands, by the scheduler's own words (squeue(1), JOB STATE CODES).
enum class Phase {
  waiting,    ///< in the queue, also put back there, held or being configured
  running,    ///< on its nodes, also suspended, completing or being signalled
  completed,  ///< COMPLETED: its script ended with 0, which proves nothing of the run
  failed,
  cancelled,
  preempted,
  time_limit,
  node_failure,
  out_of_memory,
  never_started,  ///< BOOT_FAIL, DEADLINE: it was given up before it ran
};
bool is_over(Phase phase);
/// Nothing for a word that is not known.
std::optional<Phase> phase_of(std::string_view state);

struct JobRecord {
  std::string id;  ///< as commands take it: JOB, or ARRAYJOB_TASK
  std::string name;
  int64_t index = 0;  ///< within its array; 0 without
  Phase phase = Phase::waiting;
  std::string state;  ///< the scheduler's word
  int64_t restarts = 0;
  std::string reason;  ///< why it waits, or ended; empty: none is given
  std::string nodes;   ///< as the scheduler lists them, "n[1-4]"; may be cut
};

/// So many good answers in a row must lack a job before it counts as gone.
inline constexpr int kMissesMax = 3;

/// The task of an array in an id: "12_3" → 3, "12" → 0; nothing where it is no id.
std::optional<int64_t> index_of(std::string_view id);

/// Arguments of the one query of all jobs of this user, and its lines read back.
const std::vector<std::string>& squeue_arguments();
std::vector<JobRecord> parse_squeue(std::string_view lines);

/// Arguments of the query of the accounting database for jobs by id, and its lines read back. Of a
/// job that was requeued the last line counts.
std::vector<std::string> sacct_arguments(const std::vector<std::string>& ids);
std::vector<JobRecord> parse_sacct(std::string_view lines);

}  // namespace enigma::slurm
