// Where tests find the recordings that are not part of this repository.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace enigma::recordings {

/// ENIGMA_SHARED/recordings, or an empty path after saying that the test is skipped.
inline std::filesystem::path shared_recordings(const char* test) {
  const char* shared = std::getenv("ENIGMA_SHARED");
  const std::filesystem::path folder =
      std::filesystem::path(shared == nullptr ? "../shared" : shared) / "recordings";
  if (std::filesystem::exists(folder)) { return folder; }
  std::cout << "SKIP: " << test << ": no recordings at " << folder.string() << "\n";
  return {};
}

}  // namespace enigma::recordings
