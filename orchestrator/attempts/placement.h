// What a submission's `placement` says (JSON in the store): where and with what a run is started,
// and how it is tried again. Not part of its identity.
#pragma once

#include "orchestrator/decide/policy.h"

#include <map>
#include <optional>
#include <string>

namespace enigma::local {

/// `retry` of the spec for one failure class; what is absent stays as the house has it.
struct RetryOverride {
  std::optional<int64_t> max;
  std::optional<double> backoff_s;
};

struct Placement {
  std::string data;                            ///< folder of recordings
  std::string worker;                          ///< program
  std::map<std::string, RetryOverride> retry;  ///< by failure class
  std::string environment;                     ///< name of the kept one; empty = unknown
};
std::string to_text(const Placement& placement);
Placement placement_of(const std::string& text);

/// The house's rules with the placement's retry in their place.
decide::Policy with_retry(decide::Policy policy, const Placement& placement);

}  // namespace enigma::local
