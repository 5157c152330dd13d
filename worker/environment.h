// What the launcher tells a worker: the ENIGMA_* variables (contract section 5), read in one place.
#pragma once

#include "worker/protocol/report.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace enigma::worker {

struct Environment {
  std::string run;
  std::filesystem::path run_dir, attempt_dir, point, data;
  std::filesystem::path start;  ///< checkpoint folder to branch from; empty = none
  std::string report_url, report_pin;
  std::filesystem::path token_file;
  int64_t rank = 0, world = 1;
  protocol::Identity identity;  ///< start_ns is left to the caller, who reads the clock

  int64_t threads = 1;  ///< ENIGMA_THREADS: of one operation; placement, not identity
  int64_t checkpoint_every_steps = 0;  ///< ENIGMA_CHECKPOINT_EVERY: 0 = by time alone
  double checkpoint_every_s = 60;      ///< ENIGMA_CHECKPOINT_EVERY_S

  std::filesystem::path trace;  ///< ENIGMA_TRACE: file for the parts of all steps; empty: none

  // Of several ranks.
  double init_deadline_s = 600;        ///< ENIGMA_INIT_DEADLINE_S: until all have met
  double collective_deadline_s = 120;  ///< ENIGMA_COLLECTIVE_DEADLINE_S: a silent peer is lost
  std::string interface;               ///< GLOO_SOCKET_IFNAME; empty: that of the host's name
};

/// The value of a variable, or nullptr: std::getenv in the program.
using Lookup = std::function<const char*(const char* name)>;

/// Throws Ending with exit code 64 that names every variable that is missing or wrong.
Environment read_environment(const Lookup& lookup, int64_t pid);

/// The same of what needs no run: rank and world, threads, deadlines, interface.
Environment read_rank_environment(const Lookup& lookup, int64_t pid);

}  // namespace enigma::worker
