// One session read in a process of its own, so that what a damaged file does to HDF5 or FFmpeg
// happens there: within limits, and with an end that can be told.
#pragma once

#include "diagnostics/diagnostic.h"
#include "recordings/import/source.h"

#include "processes/pipe.h"
#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace enigma::recordings::importer {

struct ReaderLimits {
  int64_t memory_bytes = int64_t{4} << 30;  ///< address space
  int64_t time_s = 4 * 3600;                ///< wall clock and processor, each
};

/// What the reader is told, as its one argument.
struct ReaderOrder {
  ImportFormat format = ImportFormat::nwb;
  ImportSource source;
  std::filesystem::path session;  ///< an empty folder to write into
  ReadOptions options;
  ReaderLimits limits;
};
nlohmann::ordered_json to_json(const ReaderOrder& order);
ReaderOrder reader_order_of(const nlohmann::json& json);

/// How reading a session ended.
struct ReaderEnd {
  std::vector<Diagnostic> diagnostics;  ///< the source is wrong, or the reader fell over it
  std::string fault;                    ///< the surroundings failed; empty = they did not
};

/// The running reader. Ends with its parent, however that ends.
class ReaderProcess {
 public:
  /// Starts `enigma-import`, which lies beside this program. Throws std::system_error where it
  /// cannot be started.
  explicit ReaderProcess(const ReaderOrder& order);
  ~ReaderProcess();
  ReaderProcess(const ReaderProcess&) = delete;
  ReaderProcess& operator=(const ReaderProcess&) = delete;

  /// Its reports: readable, or at their end.
  int reports() const { return pipe_.read_end(); }
  /// Takes what it reported; false once it has ended.
  bool take_reports();
  int64_t done() const { return done_; }
  int64_t total() const { return total_; }
  /// After take_reports() said false.
  ReaderEnd end();

 private:
  void take_line(const std::string& line);

  ReaderOrder order_;
  pid_t pid_ = -1;
  Pipe pipe_;
  std::string pending_, result_;
  int64_t done_ = 0, total_ = 0;
};

}  // namespace enigma::recordings::importer
