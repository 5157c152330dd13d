// The other way of a report: lines of an attempt's spool.jsonl, read in order, each once. The
// executor gives the bytes, here is what they say.
#pragma once

#include "db/rows.h"
#include "orchestrator/decide/executor.h"
#include "worker/protocol/report.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enigma::decide {

/// Whose spool is read. An ended attempt writes no more: its last line may lack the newline.
struct Spool {
  std::string run, token;
  int64_t number = 0;
  bool ended = false;
};

/// A line that is a report, or one that makes an event, or both (a report that leaves
/// a gap in the spool, or says NaN).
struct SpoolLine {
  int64_t number = 0;  ///< counted from 1
  std::optional<protocol::Report> report;
  std::string wrong;  ///< empty: nothing
};

struct SpoolPart {
  std::vector<SpoolLine> lines;
  db::SpoolPosition next;  ///< where the next reading starts
  bool more = false;       ///< not everything that can be seen has been read
};

/// Reads from `at` on, at most `bytes_max`, which must hold more than a longest line.
SpoolPart read_spool(Executor& executor, const Spool& spool, const db::SpoolPosition& at,
                     size_t bytes_max = protocol::kBatchBytesMax);

}  // namespace enigma::decide
