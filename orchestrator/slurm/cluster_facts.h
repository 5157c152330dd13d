// What a cluster's scheduler says of itself, read from its commands. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::slurm {

using Words = std::map<std::string, std::string>;

/// "KEY = VALUE" lines of `scontrol show config`; lines of another shape are left out.
Words parse_config(std::string_view text);

/// "Key=Value" words of the lines of `scontrol show … --oneliner`, one map a line.
std::vector<Words> parse_oneliners(std::string_view text);

/// Days-hours:minutes:seconds as Slurm prints limits; nothing for UNLIMITED and what is not read.
std::optional<double> seconds_of(std::string_view limit);

struct ClusterFacts {
  std::string version;              ///< of sbatch; empty: there is none
  bool is_up = false;               ///< its controller answers
  Words config;                     ///< scontrol show config
  std::vector<Words> partitions;    ///< scontrol show partition
  std::vector<Words> nodes;         ///< scontrol show node
  std::vector<Words> associations;  ///< of this user, where there is accounting: MaxSubmit, MaxJobs
  bool has_pyxis = false;           ///< srun knows the options of this plugin
  std::string test_only;            ///< what sbatch --test-only says; empty: it was not asked
  bool may_submit = false;          ///< and whether it would be taken
};

}  // namespace enigma::slurm
