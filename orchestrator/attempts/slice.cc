#include "orchestrator/attempts/slice.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace enigma::attempts {
namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) { ::close(fd); }
  }
};

// How many bytes are to be had; 0 for what is no regular file.
size_t bytes_there(int fd, int64_t offset, size_t bytes_max) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size <= offset) { return 0; }
  return std::min(bytes_max, static_cast<size_t>(info.st_size - offset));
}

}  // namespace

std::string read_slice(const std::filesystem::path& file, int64_t offset, size_t bytes_max) {
  // Not blocking: a pipe in its place must not hold up the controller.
  const Descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (opened.fd < 0) { return ""; }
  std::string bytes(bytes_there(opened.fd, offset, bytes_max), '\0');
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t count = ::pread(opened.fd, bytes.data() + have, bytes.size() - have,
                                  static_cast<off_t>(offset + static_cast<int64_t>(have)));
    if (count < 0 && errno == EINTR) { continue; }
    if (count <= 0) { break; }
    have += static_cast<size_t>(count);
  }
  bytes.resize(have);
  return bytes;
}

std::string read_tail(const std::filesystem::path& file, size_t bytes_max) {
  std::error_code absent;
  const auto size = std::filesystem::file_size(file, absent);
  if (absent) { return ""; }
  return read_slice(file, static_cast<int64_t>(size - std::min<uintmax_t>(size, bytes_max)),
                    bytes_max);
}

}  // namespace enigma::attempts
