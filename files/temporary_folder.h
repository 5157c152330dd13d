// A place for files that nobody needs afterwards.
#pragma once

#include <filesystem>

namespace enigma {

/// An empty folder of this process in the system's place for temporary files, removed with it.
/// Throws std::system_error where there can be none.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace enigma
