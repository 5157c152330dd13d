// A session's digest: which bytes a run was trained on. Hashes of files are remembered by
// (path, inode, size, modification time) of what a link leads to, so that a second look costs
// nothing.
#pragma once

#include "recordings/format/file_tree.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace enigma::recordings {

class DigestCache {
 public:
  /// An unreadable or malformed cache is an empty one. Empty path: remembers nothing on disk.
  explicit DigestCache(std::filesystem::path file);

  /// SHA-256 of a file; safe to call from several threads.
  std::string sha256_of(const std::filesystem::path& file);
  /// What was hashed of the file at some time; empty = nothing.
  std::string recorded(const std::filesystem::path& file);
  /// Writes the cache where something new was hashed.
  void save();

 private:
  struct Entry {
    uintmax_t size = 0;
    int64_t modified_ns = 0;
    uint64_t inode = 0;
    std::string sha256;
  };

  std::filesystem::path file_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  bool changed_ = false;
};

/// SHA-256 over the lines "relative path\tsize\tSHA-256\n" of a session's files, sorted by path:
/// those of files_below, links followed.
std::string digest_of(const FileTree& tree, DigestCache& cache);
std::string digest_of(const std::filesystem::path& session, DigestCache& cache);

}  // namespace enigma::recordings
