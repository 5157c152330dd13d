#include "orchestrator/decide/queue_limit.h"

#include <doctest/doctest.h>

namespace enigma::decide {
namespace {

TEST_CASE("a queue that was full is left alone, then asked for one more") {
  const QueueLimit full = after_submitting({}, 7, true, 100);
  CHECK(runs_allowed(full, 101) == 7);
  CHECK(runs_allowed(full, 129) == 7);
  CHECK(runs_allowed(full, 130) == 8);
}

TEST_CASE("a queue that takes more is asked for twice as many each time, until it refuses again") {
  QueueLimit limit = after_submitting({}, 7, true, 100);
  limit = after_submitting(limit, 8, false, 130);
  CHECK(runs_allowed(limit, 130) == 8);
  CHECK(runs_allowed(limit, 160) == 10);
  limit = after_submitting(limit, 10, false, 160);
  CHECK(runs_allowed(limit, 190) == 14);
  limit = after_submitting(limit, 12, true, 190);
  CHECK(runs_allowed(limit, 220) == 13);
}

TEST_CASE("what fits into a known limit teaches nothing") {
  const QueueLimit full = after_submitting({}, 7, true, 100);
  const QueueLimit same = after_submitting(full, 3, false, 150);
  CHECK(same.runs == 7);
  CHECK(same.tried_at == 100);
}

TEST_CASE("a clock that was set back does not close the queue for good") {
  const QueueLimit full = after_submitting({}, 7, true, 5000);
  CHECK(runs_allowed(full, 100) == 8);
}

}  // namespace
}  // namespace enigma::decide
