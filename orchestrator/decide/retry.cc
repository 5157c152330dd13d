#include "orchestrator/decide/retry.h"

#include <algorithm>
#include <cmath>

namespace enigma::decide {

std::optional<db::Time> retry_at(const db::Run& run, protocol::FailureClass failure_class,
                                 const Policy& policy, db::Time now) {
  const auto rule = policy.retry.find(failure_class);
  if (rule == policy.retry.end()) { return std::nullopt; }
  const auto counted = run.failures.find(std::string(protocol::name_of(failure_class)));
  const int64_t failures = counted == run.failures.end() ? 0 : counted->second;
  if (rule->second.max && failures > *rule->second.max) { return std::nullopt; }
  // Beyond 2^30 every back-off has met its limit.
  const auto doublings = static_cast<double>(std::clamp<int64_t>(failures - 1, 0, 30));
  return now + std::min(rule->second.backoff_s * std::exp2(doublings), rule->second.backoff_max_s);
}

}  // namespace enigma::decide
