#include "orchestrator/decide/nodes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace enigma::decide {
namespace {

using db::NodeVisit;
using protocol::FailureClass;
using VisitsByNode = std::map<std::string, std::vector<const NodeVisit*>>;

/// Classes that a node can cause; preemption, time limits and losses are nobody's fault.
bool speaks_against_nodes(FailureClass failure_class) {
  switch (failure_class) {
    case FailureClass::node_failure:
    case FailureClass::never_started:
    case FailureClass::hang:
    case FailureClass::nccl:
    case FailureClass::hardware:
      return true;
    default:
      return false;
  }
}

/// Classes with which a node that takes everything and finishes nothing ends its runs.
bool is_failure(const NodeVisit& visit) {
  return visit.failure_class && *visit.failure_class != FailureClass::preempted &&
         *visit.failure_class != FailureClass::time_limit;
}

bool is_against(const NodeVisit& visit, const std::string& node) {
  return visit.nodes.size() == 1 || visit.culprit == node;
}

bool is_short(const NodeVisit& visit, const NodeRules& rules) {
  return visit.ended_at - visit.began_at < rules.short_s;
}

VisitsByNode by_node(const std::vector<NodeVisit>& visits, const NodeRules& rules, db::Time now) {
  VisitsByNode nodes;
  for (const NodeVisit& visit : visits) {
    if (now - visit.ended_at > rules.memory_s) { continue; }
    for (const std::string& node : visit.nodes) { nodes[node].push_back(&visit); }
  }
  return nodes;
}

/// The end of the latest of several failures that stand close together, of at least two runs.
struct Cluster {
  int64_t count = 0;
  db::Time last = 0;
};
template <typename Counts>
std::optional<Cluster> cluster_of(const std::vector<const NodeVisit*>& visits,
                                  const NodeRules& rules, const Counts& counts) {
  Cluster cluster;
  std::set<std::string> runs;
  db::Time newest = 0;
  for (const NodeVisit* visit : visits) { newest = std::max(newest, visit->ended_at); }
  for (const NodeVisit* visit : visits) {
    if (newest - visit->ended_at > rules.window_s || !counts(*visit)) { continue; }
    cluster.count += 1;
    cluster.last = std::max(cluster.last, visit->ended_at);
    runs.insert(visit->run);
  }
  if (cluster.count < rules.failures_min || runs.size() < 2) { return std::nullopt; }
  return cluster;
}

std::optional<Exclusion> for_hardware(const std::vector<const NodeVisit*>& visits,
                                      const std::string& node, const NodeRules& rules) {
  db::Time last = 0;
  for (const NodeVisit* visit : visits) {
    if (visit->failure_class == FailureClass::hardware && is_against(*visit, node)) {
      last = std::max(last, visit->ended_at);
    }
  }
  if (last == 0) { return std::nullopt; }
  return Exclusion{"a hardware fault", last + rules.hardware_s};
}

std::optional<Exclusion> for_failures(const std::vector<const NodeVisit*>& visits,
                                      const std::string& node, const NodeRules& rules) {
  const auto found = cluster_of(visits, rules, [&](const NodeVisit& visit) {
    return is_against(visit, node) && visit.failure_class &&
           speaks_against_nodes(*visit.failure_class);
  });
  if (!found) { return std::nullopt; }
  return Exclusion{fmt::format("{} failures that nodes cause", found->count),
                   found->last + rules.exclude_s};
}

/// Where nothing lasts anywhere, it is not the node.
bool lasts_elsewhere(const VisitsByNode& nodes, const std::string& node, const NodeRules& rules) {
  return std::ranges::any_of(nodes, [&](const auto& other) {
    return other.first != node && std::ranges::any_of(other.second, [&](const NodeVisit* visit) {
             return !is_failure(*visit) || !is_short(*visit, rules);
           });
  });
}

std::optional<Exclusion> for_black_hole(const VisitsByNode& nodes, const std::string& node,
                                        const NodeRules& rules) {
  const auto& visits = nodes.at(node);
  const auto fails_at_once = [&](const NodeVisit& visit) {
    return is_against(visit, node) && is_failure(visit) && is_short(visit, rules);
  };
  const auto found = cluster_of(visits, rules, fails_at_once);
  if (!found || !lasts_elsewhere(nodes, node, rules)) { return std::nullopt; }
  const bool one_lasted = std::ranges::any_of(visits, [&](const NodeVisit* visit) {
    return visit->ended_at > found->last - rules.window_s && !fails_at_once(*visit);
  });
  if (one_lasted) { return std::nullopt; }
  return Exclusion{fmt::format("{} runs ended there within {:.0f} s, and last elsewhere",
                               found->count, rules.short_s),
                   found->last + rules.exclude_s};
}

}  // namespace

std::map<std::string, NodeHealth> health_of_nodes(const std::vector<NodeVisit>& visits,
                                                  const NodeRules& rules, db::Time now) {
  std::map<std::string, NodeHealth> health;
  const VisitsByNode nodes = by_node(visits, rules, now);
  for (const auto& [node, its] : nodes) {
    NodeHealth& one = health[node];
    one.attempts = static_cast<int64_t>(its.size());
    for (const NodeVisit* visit : its) {
      if (is_failure(*visit) && is_against(*visit, node)) { ++one.failures; }
    }
    for (const auto& found : {for_hardware(its, node, rules), for_failures(its, node, rules),
                              for_black_hole(nodes, node, rules)}) {
      const bool holds = found && found->until > now;
      if (holds && (!one.excluded || found->until > one.excluded->until)) { one.excluded = found; }
    }
  }
  return health;
}

std::vector<std::string> excluded_nodes(const std::map<std::string, NodeHealth>& nodes) {
  std::vector<std::string> names;
  for (const auto& [name, health] : nodes) {
    if (health.excluded) { names.push_back(name); }
  }
  return names;
}

}  // namespace enigma::decide
