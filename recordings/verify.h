// Everything that can be wrong with recordings, looked for by reading all of them.
#pragma once

#include "diagnostics/diagnostic.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace enigma::recordings {

struct VerifyOptions {
  /// File that remembers digests (DigestCache): what differs from it has changed. Empty = none.
  std::filesystem::path cache;
  void (*progress)(int64_t done, int64_t total) = nullptr;
};

struct Verified {
  int64_t sessions = 0;
  std::vector<Diagnostic> diagnostics;  ///< session by session, sorted by name
};

/// Beside what inspect finds (truncated or malformed files, fields, NaN in responses): lengths that
/// contradict each other, clocks that run backwards, NaN runs in other modalities, spikes out of
/// order, tiers that overlap, digests that changed since they were recorded (in the cache, or in
/// `data`/manifest.json). Throws InputError where `data` is no folder or holds no session.
Verified verify(const std::filesystem::path& data, const VerifyOptions& options);

}  // namespace enigma::recordings
