#include "orchestrator/documents/explanation.h"

#include "orchestrator/decide/policy.h"
#include "orchestrator/decide/reconcile.h"

namespace enigma::documents {
namespace {

/// Pointers of every leaf of the canonical point.
void add_leaves(const Json& json, const std::string& pointer, Json& out) {
  if (!json.is_object()) {
    out.push_back(pointer);
    return;
  }
  for (const auto& [key, value] : json.items()) add_leaves(value, pointer + "/" + key, out);
}

}  // namespace

std::optional<Json> explanation(const db::Store& store, const std::string& run, db::Time now) {
  const auto row = store.run(run);
  if (!row) return std::nullopt;
  decide::Snapshot snapshot;
  snapshot.runs = store.load();
  auto included = Json::array();
  add_leaves(parsed(row->point), "", included);
  included.push_back("id_version");
  return Json{{"id", run},
              {"state", db::name_of(row->run.state)},
              {"why", or_null(decide::explain(row->run, snapshot, decide::default_policy(), now))},
              {"identity",
               {{"id_version", row->id_version},
                {"included", std::move(included)},
                {"excluded",
                 {"name", "executor", "data.path", "names of sessions and of sets", "priority",
                  "resources", "retry", "ceilings", "fields at their default", "code revision"}}}}};
}

}  // namespace enigma::documents
