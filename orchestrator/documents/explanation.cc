#include "orchestrator/documents/explanation.h"

#include "orchestrator/decide/explain.h"
#include "orchestrator/decide/nodes.h"
#include "orchestrator/decide/policy.h"

namespace enigma::documents {
namespace {

/// Pointers of every leaf of the canonical point.
void add_leaves(const Json& json, const std::string& pointer, Json& out) {
  if (!json.is_object()) {
    out.push_back(pointer);
    return;
  }
  for (const auto& [key, value] : json.items()) { add_leaves(value, pointer + "/" + key, out); }
}

/// The world as the controller last wrote it down.
decide::Snapshot remembered(const db::Store& store) {
  decide::Snapshot snapshot;
  snapshot.runs = store.load();
  snapshot.accounts = decide::accounts_of(store.ceilings(), store.charges());
  for (const db::Run& run : snapshot.runs) {
    if (!db::has_live_attempt(run)) { continue; }
    const db::Attempt& attempt = run.attempts.back();
    if (attempt.launched_at) {
      snapshot.observations.push_back({run.id, attempt.token, decide::Running{}});
    } else if (attempt.seen_at && attempt.executor != "local") {
      snapshot.observations.push_back({run.id, attempt.token, decide::Waiting{}});
    }
  }
  return snapshot;
}

std::string why(const db::Store& store, const db::Run& run, std::optional<int64_t> slots,
                db::Time now) {
  if (!slots && run.state == db::State::waiting) { return "waiting: no controller is running"; }
  const decide::Snapshot snapshot = remembered(store);
  decide::Policy policy = decide::default_policy();
  policy.slots = slots.value_or(policy.slots);
  const std::string said = decide::explain(run, snapshot, policy, now);
  return slots || run.state != db::State::running ? said : said + "; no controller is running";
}

/// "left out: n3 (…)" while a job waits for nodes; empty where none is, or none matters.
std::string exclusions(const db::Store& store, const db::Run& run, db::Time now) {
  if (run.executor == "local" || db::is_terminal(run.state)) { return ""; }
  const decide::NodeRules rules = decide::default_policy().nodes;
  std::string text;
  for (const auto& [name, health] :
       decide::health_of_nodes(store.node_visits(now - rules.memory_s), rules, now)) {
    if (!health.excluded) { continue; }
    text += (text.empty() ? "; left out: " : ", ") + name + " (" + health.excluded->reason + ")";
  }
  return text;
}

}  // namespace

std::optional<Json> explanation(const db::Store& store, const std::string& run,
                                std::optional<int64_t> slots, db::Time now) {
  const auto row = store.run(run);
  if (!row) { return std::nullopt; }
  auto included = Json::array();
  add_leaves(parsed(row->point), "", included);
  included.push_back("id_version");
  return Json{{"id", run},
              {"state", db::name_of(row->run.state)},
              {"why", or_null(why(store, row->run, slots, now) + exclusions(store, row->run, now))},
              {"identity",
               {{"id_version", row->id_version},
                {"included", std::move(included)},
                {"excluded",
                 {"name", "executor", "data.path", "names of sessions and of sets", "priority",
                  "resources", "retry", "ceilings", "fields at their default", "code revision"}}}}};
}

}  // namespace enigma::documents
