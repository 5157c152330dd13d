// How often a sweep wants a class of failure to be tried again.
#pragma once

#include <cstdint>
#include <optional>

namespace enigma::protocol {

/// What is absent stays as the controller has it.
struct RetryLimit {
  std::optional<int64_t> max;
  std::optional<double> backoff_s;
};

}  // namespace enigma::protocol
