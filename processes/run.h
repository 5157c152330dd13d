// A program that is asked a question: run to its end, within a time, its words kept within a bound.
#pragma once

#include "processes/program.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace enigma {

struct RunLimits {
  std::chrono::milliseconds time{60'000};
  size_t bytes_max = 64 << 20;  ///< of each stream
};

struct RunResult {
  int status = 0;          ///< wait status; see text_of_status
  bool timed_out = false;  ///< it was killed at the end of its time
  bool cut = false;        ///< it said more than was allowed, and was killed for it
  std::string out, err;

  /// Ended by itself with exit code 0, everything it said being here.
  bool ok() const { return !timed_out && !cut && status == 0; }
};

/// Runs `words` (the program first); `variables` as in Program. Throws std::system_error where it
/// cannot be started.
RunResult run(const std::vector<std::string>& words, const RunLimits& limits = {},
              const std::optional<std::vector<std::string>>& variables = {});

}  // namespace enigma
