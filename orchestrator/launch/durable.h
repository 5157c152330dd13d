// The launcher's few files, whole or absent (libc only, so not files/atomic_file).
#pragma once

#include <map>
#include <optional>
#include <string>

namespace enigma::launch {

/// Written aside, synced, renamed, folder synced. False (with errno) where the disk refuses.
bool write_whole(const std::string& path, const std::string& content, int mode = 0644);

/// At most 64 KiB; nothing where it cannot be read.
std::optional<std::string> read_small(const std::string& path);

bool exists(const std::string& path);

/// One "key value" pair a line: the format of lease and claims, readable without a JSON library.
using Fields = std::map<std::string, std::string>;
std::string to_text(const Fields& fields);
Fields fields_of(const std::string& text);

/// A JSON string literal.
std::string quoted(const std::string& text);

/// An exclusive flock on a file, released at the end of the scope (or of the process).
class FileLock {
 public:
  explicit FileLock(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  bool held() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace enigma::launch
