#include "worker/reports/spool.h"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace enigma::worker {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw std::system_error(errno, std::generic_category(), path.string());
}

}  // namespace

Spool::Spool(const std::filesystem::path& attempt_dir, std::string run, protocol::Identity attempt)
    : path_(attempt_dir / "spool.jsonl"), run_(std::move(run)), attempt_(attempt) {
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0) { fail(path_); }
}

Spool::~Spool() {
  ::close(fd_);
}

void Spool::append(protocol::Body body, double at, bool durable) {
  const std::lock_guard lock(mutex_);
  const std::string line =
      protocol::to_line(
          {.run = run_, .attempt = attempt_, .seq = ++seq_, .at = at, .body = std::move(body)}) +
      "\n";
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) { continue; }
    if (written < 0) { fail(path_); }
    rest.remove_prefix(static_cast<size_t>(written));
  }
  if (durable && ::fsync(fd_) != 0) { fail(path_); }
}

SpoolPiece read_spool(const std::filesystem::path& path, int64_t offset, size_t bytes_max) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(offset);
  SpoolPiece piece;
  std::string line, last;
  // A line without its newline is still being written: it belongs to the next piece.
  while (std::getline(file, line) && !file.eof()) {
    if (!piece.lines.empty() && piece.lines.size() + line.size() + 1 > bytes_max) { break; }
    piece.lines += line + "\n";
    last = std::move(line);
  }
  const auto parsed = protocol::parse_line(last);
  if (parsed.report) { piece.last_seq = parsed.report->seq; }
  return piece;
}

}  // namespace enigma::worker
