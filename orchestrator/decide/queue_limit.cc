#include "orchestrator/decide/queue_limit.h"

#include "orchestrator/decide/conditions.h"

namespace enigma::decide {

int64_t runs_allowed(const QueueLimit& limit, db::Time now) {
  return limit.runs + (is_due(limit.tried_at, kQueuePause_s, now) ? limit.step : 0);
}

QueueLimit after_submitting(const QueueLimit& limit, int64_t runs, bool refused, db::Time now) {
  if (refused) { return {runs, 1, now}; }
  if (runs <= limit.runs) { return limit; }
  return {runs, 2 * limit.step, now};
}

}  // namespace enigma::decide
