#include "orchestrator/decide/pool.h"

namespace enigma::decide {

std::string pool_of(const Policy& policy, const std::string& executor) {
  return policy.queue_max.contains(executor) ? executor : "";
}

int64_t size_of(const Policy& policy, const std::string& pool) {
  return pool.empty() ? policy.slots : policy.queue_max.at(pool);
}

int64_t share_of(const Policy& policy, const db::Run& run) {
  return pool_of(policy, run.executor).empty() ? run.slots : 1;
}

}  // namespace enigma::decide
