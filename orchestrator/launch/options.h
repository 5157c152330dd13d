// The command line of enigma-launch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enigma::launch {

struct Options {
  std::string run;                     ///< id
  std::string run_folder;              ///< holds point.json, the lease, the marks and the attempts
  std::string token;                   ///< of the submission
  std::string worker;                  ///< program, absolute
  std::string data;                    ///< folder of recordings
  std::string start;                   ///< checkpoint folder to branch from, or empty
  std::string report_url, report_pin;  ///< may be empty
  std::string job;                     ///< of a scheduler that may start it again; empty: none
  std::string chain;                   ///< name of the jobs that follow each other; empty: none do
  int64_t restart = 0;                 ///< how often it has put that job back into its queue
  std::vector<int64_t> nodes = {1};    ///< counts that it may run on; the largest there is
  int64_t ranks_per_node = 1;          ///< one on one node is a process, more are started by srun
  std::vector<std::string> srun;       ///< its further options, as a container's; then one is, too
  std::vector<int> cpus;               ///< empty = wherever the system likes
  double silence_s = 300;              ///< after which a lease whose holder nobody can see is taken
  double grace_s = 60;                 ///< between SIGTERM and SIGKILL for the worker
};

bool has_several_ranks(const Options& options);

/// Whether the worker is started rank by rank under run_rank(), and not as the one process.
bool is_started_by_rank(const Options& options);

/// Nothing, and `why` filled, where the line is wrong. `--cpus` takes "0,2-3"; `--srun` may stand
/// several times.
std::optional<Options> parse_options(const std::vector<std::string>& words, std::string& why);

/// "0,2-3" → 0 2 3; empty where it is no list.
std::vector<int> parse_cpus(const std::string& list);

/// The same list back: 0 2 3 → "0,2,3".
std::string to_text(const std::vector<int>& cpus);

}  // namespace enigma::launch
