#include "orchestrator/documents/nodes.h"

#include "orchestrator/decide/nodes.h"

namespace enigma::documents {
namespace {

const char* state_of(const decide::NodeHealth& health) {
  if (health.excluded) { return "excluded"; }
  return health.failures > 0 ? "failing" : "ok";
}

Json excluded(const std::optional<decide::Exclusion>& exclusion) {
  if (!exclusion) { return nullptr; }
  return {{"reason", exclusion->reason}, {"until", exclusion->until}};
}

}  // namespace

Json nodes(const db::Store& store, const decide::NodeRules& rules, db::Time now) {
  auto list = Json::array();
  for (const auto& [name, health] :
       decide::health_of_nodes(store.node_visits(now - rules.memory_s), rules, now)) {
    list.push_back({{"name", name},
                    {"state", state_of(health)},
                    {"attempts", health.attempts},
                    {"failures", health.failures},
                    {"excluded", excluded(health.excluded)}});
  }
  return {{"nodes", list}};
}

}  // namespace enigma::documents
