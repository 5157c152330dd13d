#include "files/atomic_file.h"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace enigma {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path) {
  throw std::system_error(errno, std::generic_category(), path.string());
}

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (fd_ < 0) { fail(path); }
  }
  ~Descriptor() {
    if (fd_ >= 0) { ::close(fd_); }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

void write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) { continue; }
    if (written < 0) { fail(path); }
    content.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(fd) != 0) { fail(path); }
}

}  // namespace

void write_atomically(const fs::path& path, std::string_view content) {
  fs::path aside = path;
  aside += ".part-" + std::to_string(::getpid());
  try {
    const Descriptor file(aside, O_WRONLY | O_CREAT | O_TRUNC);
    write_all(file.get(), content, path);
    if (::rename(aside.c_str(), path.c_str()) != 0) { fail(path); }
  } catch (...) {
    ::unlink(aside.c_str());
    throw;
  }
  sync_folder(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

std::string read_file(const fs::path& path, size_t limit_bytes) {
  std::ifstream file(path, std::ios::binary);
  if (!file) { fail(path); }
  const auto bytes = fs::file_size(path);
  if (bytes > limit_bytes) { throw std::length_error(path.string() + ": larger than expected"); }
  std::string content(bytes, '\0');
  file.read(content.data(), static_cast<std::streamsize>(bytes));
  content.resize(static_cast<size_t>(file.gcount()));
  return content;
}

void sync_folder(const fs::path& folder) {
  const Descriptor opened(folder, O_RDONLY | O_DIRECTORY);
  if (::fsync(opened.get()) != 0) { fail(folder); }
}

}  // namespace enigma
