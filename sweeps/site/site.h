// A site profile: what a cluster offers, what its hours cost, what it asks of its jobs and what it
// forbids, as an administrator or a user wrote it down, with a date.
#pragma once

#include "diagnostics/diagnostic.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace enigma::sweeps {

/// What the scheduler does to a job of a partition when a more important one needs its nodes.
enum class Preemption { none, requeue, cancel, suspend, unknown };
std::string_view name_of(Preemption preemption);
std::vector<std::string> preemption_names();
const std::vector<std::string>& container_runtime_names();
/// What a site may forbid.
const std::vector<std::string>& forbidden_names();

struct Partition {
  std::string name;
  Preemption preempts = Preemption::none;
  double grace_s = 0;  ///< between the signal and the end of a preempted job
  std::optional<double> max_time_s;
  bool is_default = false;
};

/// Dollars of one device for one hour, from one day to another (ISO 8601, both included).
struct Rate {
  double usd_per_device_hour = 0;
  bool preemptible = false;
  std::string from, to;
};

struct Gpu {
  std::string name;
  int64_t per_node = 1;
  std::map<std::string, double> peak_flops_per_s;  ///< by precision
};

struct Scratch {
  std::string path;
  std::optional<int64_t> quota_bytes;
};

struct Site {
  std::string name;
  std::string as_of;                ///< day (ISO 8601) on which it was true
  std::string scheduler = "slurm";  ///< slurm | none
  std::vector<Partition> partitions;
  std::optional<Gpu> gpu;
  std::vector<Rate> rates;
  std::optional<Scratch> scratch;
  std::vector<std::string> lines;               ///< of the job's script, before the worker
  std::string container;                        ///< image for the worker; empty: none
  std::string container_runtime = "apptainer";  ///< what runs it: apptainer | pyxis
  std::map<std::string, std::string> options;   ///< of sbatch; an empty value: the name alone
  std::vector<std::string> forbids;             ///< benchmark | tunnel | login_load

  bool forbidden(std::string_view what) const;
  /// The partition that jobs go to: that of `options`, else the default one. Null: not known.
  const Partition* partition() const;
  /// Dollars of a device-hour on a day (ISO 8601), by the rate of the partition that jobs go to.
  /// Nothing where no rate holds, or several that differ.
  std::optional<double> usd_per_device_hour(std::string_view day) const;
};

/// Reads and checks a profile (JSON with comments); every problem in one pass.
Parsed<Site> parse_site(std::string_view text, const std::string& file);

/// Its JSON Schema, for editors.
nlohmann::ordered_json site_schema();

}  // namespace enigma::sweeps
