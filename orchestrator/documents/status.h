// The document `status`: counts, spend, sweeps and runs, as the store remembers them.
#pragma once

#include "db/store.h"
#include "orchestrator/documents/unknown.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace enigma::documents {

/// A run with what `status`, `show` and `export` tell of it.
struct RunView {
  db::Run run;
  db::Summary summary;
  std::vector<std::string> sweeps;
  Json values;  ///< axis → value, in the sweep asked for (else its first one)
  Json plan;    ///< the point in the plan's document, of the same sweep
};

/// Runs in the order of the spec, or all by position where no sweep is named.
std::vector<RunView> views(const db::Store& store, const std::optional<std::string>& sweep = {});
/// Some runs alone, in the order of `ids`, each once. For a caller that holds a moment of the
/// store.
std::vector<RunView> views_with(const db::Store& store, const std::vector<std::string>& ids,
                                const std::optional<std::string>& sweep = {});
std::optional<RunView> view(const db::Store& store, const std::string& run);

/// One entry of `runs`.
Json run_json(const RunView& view);

/// A published size's name, or "16x1x2" (width, layers, heads) of one given in numbers.
Json size_name(const Json& size);

/// Which runs of a long list are told: those behind the run `after`, at most `limit`, in a state.
struct RunPage {
  std::string after = {};  ///< empty: from the first
  std::optional<int64_t> limit = {};
  std::optional<db::State> state = {};
};

/// Gives what `make` gives, or the same from before.
using KeepTotals = std::function<Json(const std::function<Json()>& make)>;

/// Of everything, or of one sweep (which must exist). `controller` is that of the store
/// (document_of in orchestrator/ownership.h). Counts and spend are of all runs; with a limit,
/// `next` says after which run the next page begins, and `reported_at` when the newest report of
/// all came. A page reads its own runs and no others.
Json status(const db::Store& store, const std::optional<std::string>& sweep, const Json& controller,
            const RunPage& asked = {}, const KeepTotals& keep = {});

/// `runs` alone, of those of `ids` that there are.
Json status_of_runs(const db::Store& store, const std::vector<std::string>& ids);

}  // namespace enigma::documents

namespace enigma {

/// The same, read from a store's folder. Throws db::StoreError.
nlohmann::ordered_json status_of_sweep(const std::filesystem::path& store, const std::string& sweep,
                                       const nlohmann::ordered_json& controller);

}  // namespace enigma
