// The one place where reports come in, from HTTP and from spools alike: found, authorised, decided
// on (decide/transition), committed, and only then acknowledged.
#pragma once

#include "db/store.h"
#include "orchestrator/decide/spool.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace enigma {

/// The HTTP answer, and what the spool reader learns as well.
struct Reception {
  int status = 200;  ///< 200 · 401 · 404 · 409 · 503 (contract section 5)
  protocol::Answer answer;
  std::string why;             ///< where it is no 200
  std::optional<db::Run> run;  ///< as committed; nothing: there was nothing new to write
  std::vector<protocol::Report> reports = {};  ///< that were new
};

/// `token` is the submission's, already authorised by the caller. All reports are of `run`, which
/// is as the store has it; where it isn't, nothing is written and the answer is 503.
Reception ingest(db::Store& store, const db::Run& run, const std::string& token,
                 const std::vector<protocol::Report>& reports, db::Time now);

/// The same for what was read of the attempt's spool.
Reception ingest_spool(db::Store& store, const db::Run& run, const decide::Spool& spool,
                       const decide::SpoolPart& part, db::Time now);

/// A batch of lines (NDJSON), or why it is refused: 400 for a malformed line or lines of two runs,
/// 413 for what is too large. Taken whole or not at all.
struct Batch {
  int status = 200;
  std::string why;
  std::vector<protocol::Report> reports;
};
Batch parse_batch(std::string_view body);

/// The token of the run's attempt that this bearer belongs to; empty where there is none.
std::string token_of_bearer(const db::Run& run, const std::string& secret,
                            const std::string& bearer);

}  // namespace enigma
