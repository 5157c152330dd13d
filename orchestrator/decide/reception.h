// What reports do to a run: the fence, the order, and the rule of done. Pure.
#pragma once

#include "db/rows.h"
#include "db/run.h"
#include "orchestrator/decide/spool.h"
#include "worker/protocol/report.h"

#include <string_view>
#include <vector>

namespace enigma::decide {

/// A batch of one attempt's reports: what became of it.
enum class Reception {
  accepted,      ///< 200: commit `delivery` (when it has reports), then acknowledge
  fenced,        ///< 409: not the current attempt, another process, or the run has ended
  unauthorized,  ///< 401: no attempt of this run has such a token
};
struct Receipt {
  Reception reception = Reception::accepted;
  db::Delivery delivery;  ///< reports are the fresh ones only; no reports, no events: no commit
  int64_t ack = 0;        ///< acknowledged after the commit
  protocol::Command command = protocol::Command::none;
};

/// Takes reports in order of seq, without gaps: what was committed before is passed over, what
/// follows a gap waits until the gap is filled. `done` counts if its step is the target and an
/// eval of that step is in the run's current history.
Receipt receive(db::Run run, std::string_view token, const std::vector<protocol::Report>& reports,
                db::Time now);

/// The same for a part of the attempt's spool, which is read in order and without gaps: what is
/// missing between two of its reports can't be read any more and is passed over. A line that is no
/// report of this attempt is an event. The spool of an earlier attempt, whose end nobody saw,
/// counts until one after it has reported.
Receipt receive_spool(db::Run run, const Spool& spool, const SpoolPart& part, db::Time now);

}  // namespace enigma::decide
