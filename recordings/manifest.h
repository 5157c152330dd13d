// The list of what a folder of recordings holds: what session sets are chosen by.
#pragma once

#include "recordings/format/session.h"

#include <nlohmann/json.hpp>

namespace enigma::recordings {

struct Manifest {
  std::filesystem::path data;
  std::vector<SessionInfo> sessions;  ///< sorted by name: the stable order that `first` means
};

/// Inspects every session of `data`, in parallel. Windows are counted under `rule` (default:
/// the responses' own rate, 60 samples, free). Digests are computed once and cached in `cache`
/// (a file; empty = no cache) by what DigestCache says; nothing is written into `data`.
/// `progress(done, total)` is called from one thread. Unreadable sessions stand in the list with
/// their problems. Throws InputError where `data` is no folder or holds no session.
struct InspectOptions {
  std::optional<WindowRule> rule;
  std::filesystem::path cache;
  bool digests = true;
  void (*progress)(int64_t done, int64_t total) = nullptr;
};
Manifest inspect(const std::filesystem::path& data, const InspectOptions& options);

/// `enigma-data inspect --json` of the contract: {"schema": "enigma.inspect/1", "sessions": […]}.
nlohmann::ordered_json to_json(const Manifest& manifest);

/// The window rule that suits these recordings: the responses' rate; trial-aligned windows of the
/// trial's length where trials are shorter than two seconds, else 60 samples free.
WindowRule natural_rule(const Manifest& manifest);

}  // namespace enigma::recordings
