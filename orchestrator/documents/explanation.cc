#include "orchestrator/documents/explanation.h"

#include "orchestrator/decide/explain.h"
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
  for (const db::Run& run : snapshot.runs) {
    if (!db::has_live_attempt(run) || !run.attempts.back().launched_at) { continue; }
    snapshot.observations.push_back({run.id, run.attempts.back().token, decide::Running{}});
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
              {"why", or_null(why(store, row->run, slots, now))},
              {"identity",
               {{"id_version", row->id_version},
                {"included", std::move(included)},
                {"excluded",
                 {"name", "executor", "data.path", "names of sessions and of sets", "priority",
                  "resources", "retry", "ceilings", "fields at their default", "code revision"}}}}};
}

}  // namespace enigma::documents
