// One call of sbatch: an array of submissions that ask for the same, as script and arguments. Pure.
#pragma once

#include "orchestrator/attempts/placement.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::slurm {

/// A submission's token is BASE.INDEX: the job's name carries the base, the array's task the index,
/// so that a job is found again by what was written down before it was submitted.
struct TaskName {
  std::string base;
  int64_t index = 0;
  auto operator<=>(const TaskName&) const = default;
};
/// Of a token, without the number of its start; index 0 where it has none.
TaskName task_of(const std::string& token);
std::string job_name_of(const std::string& base);
/// The base of a name; nothing for a job that is not of ours.
std::optional<std::string> base_of(const std::string& job_name);

/// Indices 0 1 2 5 → "0-2,5", as --array takes it.
std::string array_of(const std::map<int64_t, std::string>& runs);

struct Batch {
  std::string base;
  std::map<int64_t, std::string> runs;  ///< ids by index; one, where its jobs follow each other
  attempts::Placement placement;        ///< the same for all
  std::filesystem::path folder;         ///< STORE/jobs/BASE
  std::filesystem::path runs_folder;
  std::filesystem::path launcher;
  std::string report_url;  ///< may be empty
  double grace_s = 60;
  std::vector<std::string> excluded = {};  ///< nodes

  /// What the site asks of its jobs; nothing of all where no profile was named.
  attempts::Site site() const { return placement.site.value_or(attempts::Site{}); }
};

/// How many jobs follow each other: each is submitted alike.
int64_t chain_of(const Batch& batch);

/// The script: it finds the run of its index and becomes the launcher.
std::string script_of(const Batch& batch);
/// A site's further options as sbatch takes them.
void append_options(const std::map<std::string, std::string>& options,
                    std::vector<std::string>& words);
/// What a job asks for: nodes, devices, time, a site's options.
std::vector<std::string> resource_words(const Batch& batch);
/// sbatch's words, without the program, ending with the script's path.
std::vector<std::string> sbatch_arguments(const Batch& batch, const std::filesystem::path& script);

}  // namespace enigma::slurm
