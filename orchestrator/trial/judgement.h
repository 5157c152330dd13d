// What breaks the worker protocol (contract section 5) in what a worker on trial left: decisions
// over records.
#pragma once

#include "orchestrator/trial/record.h"

#include <string>
#include <vector>

namespace enigma::trial {

struct Check {
  std::string name;
  bool ok = true;
  std::string expected, found;
  int64_t line = 0;  ///< of the spool; 0: it is of no line
};
using Checks = std::vector<Check>;

/// Of any attempt: each line is a report of this run and this process, numbered from 1; hello is
/// the first; steps go up; checkpoints are there. `prefix` goes before each name ("whole: ").
Checks check_lines(const std::string& prefix, const Record& record);

/// Of one that nothing disturbed: it ends by itself with 0, its target step evaluated, then done.
Checks check_end(const std::string& prefix, const Record& record, int64_t steps);

/// Of one that was asked to stop by SIGTERM: it says so and ends with 75, its step kept, or 76.
Checks check_preemption(const std::string& prefix, const Record& record);

/// Of one that came after `earlier`: it goes on from the newest checkpoint that they have reported.
Checks check_resumption(const std::string& prefix, const Record& record,
                        const std::vector<Record>& earlier);

}  // namespace enigma::trial
