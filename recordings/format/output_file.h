// A file being written in pieces, and small ones at once. Made durable later, all together: an
// import of thousands of files would wait for the disk at each of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace enigma::recordings {

class OutputFile {
 public:
  /// Creates the file. This and every write throw std::system_error (with the path) where the disk
  /// refuses.
  explicit OutputFile(std::filesystem::path path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  /// Replaces the first bytes; for a header whose numbers are known at the end.
  void rewrite_head(std::string_view text);
  /// Must be called: a full disk may show itself only here.
  void close();

 private:
  void flush();

  std::filesystem::path path_;
  int fd_ = -1;
  std::string pending_;
};

void write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace enigma::recordings
