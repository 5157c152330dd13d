// Which nodes are to be left out for a while: from how attempts on them have ended. Pure.
#pragma once

#include "db/rows.h"
#include "orchestrator/decide/policy.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::decide {

struct Exclusion {
  std::string reason;
  db::Time until = 0;
  bool operator==(const Exclusion&) const = default;
};

struct NodeHealth {
  int64_t attempts = 0;  ///< that ended on it lately
  int64_t failures = 0;  ///< of them, those that speak against the node
  std::optional<Exclusion> excluded;
};

/// By name, from the attempts that ended within the rules' memory. A node is left out
/// - for one fault of its hardware;
/// - for several failures of classes that nodes cause, of more than one run;
/// - as a black hole: whatever starts there ends at once, while runs last on other nodes.
/// An attempt on several nodes speaks against the one that its root cause names, else against none.
std::map<std::string, NodeHealth> health_of_nodes(const std::vector<db::NodeVisit>& visits,
                                                  const NodeRules& rules, db::Time now);

/// The names of those that are left out now.
std::vector<std::string> excluded_nodes(const std::map<std::string, NodeHealth>& nodes);

}  // namespace enigma::decide
