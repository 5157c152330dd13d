// How many runs an executor's queue takes, learned from what it refuses: a site's limits on a
// user's jobs are seldom told beforehand, and may change. Pure.
#pragma once

#include "db/run.h"

#include <cstdint>
#include <map>
#include <string>

namespace enigma::decide {

/// A queue that was full is left alone so long.
inline constexpr double kQueuePause_s = 30;

struct QueueLimit {
  int64_t runs = 0;       ///< that were there when the next one was refused
  int64_t step = 1;       ///< so many more are tried next
  db::Time tried_at = 0;  ///< last refusal, or last attempt to have more
};

/// By executor; what is missing has refused nothing.
using QueueLimits = std::map<std::string, QueueLimit>;

/// How many runs may stand in the queue now: those that fitted, and after a while a few more.
int64_t runs_allowed(const QueueLimit& limit, db::Time now);

/// After a turn that submitted: `runs` stand in the queue, and the last ones of it were refused or
/// not. Each success doubles what is tried next.
QueueLimit after_submitting(const QueueLimit& limit, int64_t runs, bool refused, db::Time now);

}  // namespace enigma::decide
