#include "recordings/format/output_file.h"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace enigma::recordings {
namespace {

constexpr size_t kPendingBytes = 1 << 20;

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw std::system_error(errno, std::generic_category(), path.string());
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path path)
    : path_(std::move(path)),
      fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (fd_ < 0) { fail(path_); }
}

OutputFile::~OutputFile() {
  if (fd_ >= 0) { ::close(fd_); }
}

void OutputFile::write(std::span<const std::byte> bytes) {
  pending_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (pending_.size() >= kPendingBytes) { flush(); }
}

void OutputFile::flush() {
  std::string_view left = pending_;
  while (!left.empty()) {
    const ssize_t written = ::write(fd_, left.data(), left.size());
    if (written < 0 && errno == EINTR) { continue; }
    if (written < 0) { fail(path_); }
    left.remove_prefix(static_cast<size_t>(written));
  }
  pending_.clear();
}

void OutputFile::rewrite_head(std::string_view text) {
  flush();
  if (::pwrite(fd_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    fail(path_);
  }
}

void OutputFile::close() {
  flush();
  if (::close(std::exchange(fd_, -1)) != 0) { fail(path_); }
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  OutputFile file(path);
  file.write(content);
  file.close();
}

}  // namespace enigma::recordings
