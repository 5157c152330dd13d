// What an open session is made of. For the files of this room; others see Session.
#pragma once

#include "recordings/format/screen.h"
#include "recordings/format/sequence.h"
#include "recordings/format/session.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace enigma::recordings {

/// Samples of a window are read this fraction of a sample late, so that a time computed in floating
/// point never falls into the row before the one that is meant (seconds since the epoch included).
inline constexpr double kNudge = 1e-3;

/// Rows with NaN, found on first use: it means reading the sequence whole.
class NanRows {
 public:
  const std::vector<bool>& of(const Sequence& sequence);

 private:
  std::once_flag once_;
  std::vector<bool> rows_;
};

struct Session::Impl {
  std::string name;
  std::filesystem::path path;
  std::vector<Modality> modalities;
  std::map<std::string, Sequence> sequences;
  std::map<std::string, std::unique_ptr<NanRows>> nan_rows;
  std::optional<Screen> screen;

  const Sequence* sequence(const std::string& modality) const;
};

/// Opens every modality it can; what it cannot stands in the diagnostics.
std::unique_ptr<Session::Impl> open_parts(const std::filesystem::path& folder,
                                          std::vector<Diagnostic>& diagnostics);

}  // namespace enigma::recordings
