// The attempt's spool.jsonl: every report is a line here before anybody else hears of it.
#pragma once

#include "worker/protocol/report.h"

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>

namespace enigma::worker {

/// Appends reports, numbered from 1. Thread-safe. Throws std::system_error where the disk refuses.
class Spool {
 public:
  Spool(const std::filesystem::path& attempt_dir, std::string run, protocol::Identity attempt);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// `at`: seconds since the epoch. `durable`: synced before this returns.
  void append(protocol::Body body, double at, bool durable);
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::string run_;
  protocol::Identity attempt_;
  std::mutex mutex_;
  int64_t seq_ = 0;
  int fd_ = -1;
};

/// Whole lines of a spool from a byte offset on, at most `bytes_max` (at least one line).
struct SpoolPiece {
  std::string lines;     ///< each with its newline
  int64_t last_seq = 0;  ///< of the last line; 0 = nothing new
};
SpoolPiece read_spool(const std::filesystem::path& path, int64_t offset, size_t bytes_max);

}  // namespace enigma::worker
