// What a controller tells the Slurm executor, once.
#pragma once

#include "orchestrator/decide/signature.h"

#include <filesystem>
#include <functional>
#include <string>

namespace enigma::slurm {

struct SlurmOptions {
  std::filesystem::path store;     ///< absolute, on a file system that all nodes share
  std::filesystem::path launcher;  ///< the program enigma-launch, there too
  std::string report_url;          ///< of this controller; empty: spools alone
  double grace_s = 60;             ///< between SIGTERM and SIGKILL for a worker
  double period_s = 5;             ///< between looks at the queue and the runs' files
  /// Seconds since some fixed moment, never backwards.
  std::function<double()> clock_s;
  /// The bearer token of a submission; never on a command line.
  std::function<std::string(const std::string& token)> bearer_of;
  decide::Signatures signatures = decide::house_signatures();  ///< of failures, in logs
};

/// The folder of a run, RUNS/ID.
inline std::filesystem::path folder_of(const SlurmOptions& options, const std::string& run) {
  return options.store / "runs" / run;
}

}  // namespace enigma::slurm
