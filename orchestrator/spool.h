// The other road of a report: lines of an attempt's spool.jsonl, read where they have not come
// over HTTP. Only whole lines count; the last one may still be in the writing.
#pragma once

#include "worker/protocol/report.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace enigma {

struct SpoolPart {
  std::vector<protocol::Report> reports;
  int64_t next_offset = 0;         ///< where the next reading starts
  bool more = false;               ///< the file goes on: read again
  std::vector<std::string> wrong;  ///< why lines were passed over
};

/// Reads from `offset` on, at most `bytes_max` (at least one longest line). A file that is not
/// there yet has nothing.
SpoolPart read_spool(const std::filesystem::path& file, int64_t offset,
                     size_t bytes_max = protocol::kBatchBytesMax);

}  // namespace enigma
