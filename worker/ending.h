// How a worker ends early: an exit code of the contract and the sentence that decided it.
#pragma once

#include "worker/protocol/exit_code.h"

#include <stdexcept>
#include <string>

namespace enigma::worker {

/// Thrown anywhere below main, caught once there: it becomes a `failed` report and the exit code.
class Ending : public std::runtime_error {
 public:
  Ending(protocol::ExitCode code, const std::string& line)
      : std::runtime_error(line), code_(code) {}
  protocol::ExitCode code() const { return code_; }

 private:
  protocol::ExitCode code_;
};

}  // namespace enigma::worker
