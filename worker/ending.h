// How a worker ends early: an exit code of the contract and the sentence that decided it.
#pragma once

#include "worker/protocol/exit_code.h"

#include <optional>
#include <stdexcept>
#include <string>

namespace enigma::worker {

/// Thrown anywhere below main, caught once there: it becomes a `failed` report and the exit code.
class Ending : public std::runtime_error {
 public:
  Ending(protocol::ExitCode code, const std::string& line,
         std::optional<protocol::FailureClass> failure_class = std::nullopt)
      : std::runtime_error(line), code_(code), failure_class_(failure_class) {}
  protocol::ExitCode code() const { return code_; }
  /// Where the code alone does not say it.
  std::optional<protocol::FailureClass> failure_class() const { return failure_class_; }

 private:
  protocol::ExitCode code_;
  std::optional<protocol::FailureClass> failure_class_;
};

}  // namespace enigma::worker
