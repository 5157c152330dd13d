// The document `show`: one run with its point, attempts, checkpoints, evaluations and events.
#pragma once

#include "db/store.h"
#include "orchestrator/documents/unknown.h"

#include <filesystem>
#include <optional>
#include <string>

namespace enigma::documents {

/// Nothing where there is no such run.
/// `folder` is the store's: the environments of submissions are kept there, for their owner alone
/// (null for others, and for runs of a store that kept none), and scores after the fact.
std::optional<Json> show(const db::Store& store, const std::string& run,
                         const std::filesystem::path& folder = {});

}  // namespace enigma::documents
