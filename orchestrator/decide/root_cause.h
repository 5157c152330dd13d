// Which rank failed first, and of what: the others only noticed. Pure.
#pragma once

#include "orchestrator/decide/signature.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enigma::decide {

/// How one rank of an attempt ended, and what it said last.
struct RankTrace {
  int64_t rank = 0;
  std::optional<int> code;  ///< neither code nor signal: it left no word of its end
  int signal = 0;
  double at = 0;                   ///< seconds since the epoch, by its node's clock
  std::string node;                ///< empty: unknown
  std::vector<std::string> lines;  ///< the end of its log, in order
};

struct RootCause {
  int64_t rank = 0;
  std::string node;
  protocol::FailureClass failure_class = protocol::FailureClass::code;
  std::string line;      ///< evidence
  bool is_told = false;  ///< a line of its log names the failure
  bool operator==(const RootCause&) const = default;
};

/// Of the ranks that failed, the one that explains the others. What names its failure (a line, an
/// exit code of its own) beats a signal, which may have followed from another's end, and both beat
/// a collective's error, which always has; among equals the earliest counts. Nothing where no rank
/// failed: a rank that left with its checkpoint has not.
std::optional<RootCause> root_cause(const std::vector<RankTrace>& ranks, const Signatures& table);

}  // namespace enigma::decide
