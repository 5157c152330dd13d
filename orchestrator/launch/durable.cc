#include "orchestrator/launch/durable.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace enigma::launch {
namespace {

constexpr std::streamsize kSmallBytes = 64 * 1024;

bool write_all(int fd, const std::string& content) {
  size_t written = 0;
  while (written < content.size()) {
    const ssize_t now = ::write(fd, content.data() + written, content.size() - written);
    if (now < 0 && errno == EINTR) { continue; }
    if (now < 0) { return false; }
    written += static_cast<size_t>(now);
  }
  return ::fsync(fd) == 0;
}

void sync_folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) { return; }
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

bool write_whole(const std::string& path, const std::string& content, int mode) {
  const std::string aside = path + ".part-" + std::to_string(::getpid());
  const int fd = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) { return false; }
  const bool written = write_all(fd, content);
  ::close(fd);
  if (written && ::rename(aside.c_str(), path.c_str()) == 0) {
    sync_folder_of(path);
    return true;
  }
  const int reason = errno;
  ::unlink(aside.c_str());
  errno = reason;
  return false;
}

std::optional<std::string> read_small(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) { return std::nullopt; }
  std::string content(kSmallBytes, '\0');
  file.read(content.data(), kSmallBytes);
  content.resize(static_cast<size_t>(file.gcount()));
  return content;
}

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::string to_text(const Fields& fields) {
  std::string text;
  for (const auto& [key, value] : fields) { text += key + " " + value + "\n"; }
  return text;
}

Fields fields_of(const std::string& text) {
  Fields fields;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t space = line.find(' ');
    if (space != std::string::npos) { fields[line.substr(0, space)] = line.substr(space + 1); }
  }
  return fields;
}

std::string quoted(const std::string& text) {
  std::string literal = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') { literal += '\\'; }
    if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      literal += code;
    } else {
      literal += c;
    }
  }
  return literal + "\"";
}

FileLock::FileLock(const std::string& path)
    : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (fd_ < 0) { return; }
  int refused = 0;
  do { refused = ::flock(fd_, LOCK_EX); } while (refused != 0 && errno == EINTR);
  if (refused != 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

FileLock::~FileLock() {
  if (fd_ >= 0) { ::close(fd_); }
}

}  // namespace enigma::launch
