// A worker is started, preempted, killed and resumed, as a cluster would, and judged by what it
// leaves.
#pragma once

#include "orchestrator/trial/judgement.h"

#include <filesystem>
#include <functional>
#include <string>

namespace enigma::trial {

struct TrialOptions {
  std::filesystem::path worker, point, data;  ///< absolute
  std::filesystem::path folder;               ///< for runs, attempts and logs
  std::string run;                            ///< as the point says
  int64_t steps = 0;                          ///< likewise
  double limit_s = 120;                       ///< for an attempt
  double grace_s = 30;                        ///< between SIGTERM and SIGKILL
  std::function<double()> clock_s;            ///< seconds since any moment
};

/// Told before each attempt what is being done.
using Tell = std::function<void(const std::string& what)>;

/// Throws std::system_error where the worker cannot be started.
Checks try_worker(const TrialOptions& options, const Tell& tell);

}  // namespace enigma::trial
