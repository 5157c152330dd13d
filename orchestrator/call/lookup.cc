#include "orchestrator/call/lookup.h"

#include "diagnostics/nearest.h"

#include <utility>

namespace enigma::cli {

std::optional<db::Store> store_if_any(const Invocation& invocation) {
  const auto file = invocation.store / "runs.db";
  if (!std::filesystem::exists(file)) { return std::nullopt; }
  return db::Store::open_read_only(file);
}

db::Store store_of(const Invocation& invocation) {
  auto store = store_if_any(invocation);
  if (store) { return std::move(*store); }
  throw NoSuchName("there is no store at " + invocation.store.string(),
                   "submit a spec first, or name another store with --store");
}

std::string run_named(const db::Store& store, const std::string& name) {
  const auto ids = store.ids_with_prefix(name, 5);
  if (ids.size() == 1) { return ids.front(); }
  if (ids.empty()) {
    throw NoSuchName("no run is named " + name, "'enigma-sweep status' lists them");
  }
  std::string list;
  for (const std::string& id : ids) { list += (list.empty() ? "" : ", ") + id; }
  throw NoSuchName("several runs begin with " + name, "one of " + list);
}

std::string sweep_named(const db::Store& store, const std::string& name) {
  if (store.sweep(name)) { return name; }
  std::vector<std::string> names;
  for (const db::SweepRow& row : store.sweeps()) { names.push_back(row.name); }
  throw NoSuchName("no sweep is named " + name, suggest_name(name, names));
}

}  // namespace enigma::cli
