#include "orchestrator/controller/live_runs.h"

#include <doctest/doctest.h>

using namespace enigma;

namespace {

db::Run a_run(const std::string& id, int64_t position, int64_t priority = 0) {
  db::Run run;
  run.id = id;
  run.position = position;
  run.priority = priority;
  return run;
}

/// Has had an attempt whose end was seen.
db::Run a_cancelled_run(const std::string& id) {
  db::Run run = a_run(id, 1);
  run.state = db::State::cancelled;
  run.wanted = db::Wanted::cancel;
  run.attempts.push_back(
      {.token = "t" + id, .executor = "e", .ending = db::Ending{}, .gone = true});
  return run;
}

decide::Policy slots(int64_t count) {
  decide::Policy policy;
  policy.slots = count;
  return policy;
}

using Ids = std::vector<std::string>;

Ids turn(const LiveRuns& runs, db::Time now) {
  Ids ids;
  for (const db::Run& run : runs.for_turn(now)) { ids.push_back(run.id); }
  return ids;
}

}  // namespace

TEST_CASE("live runs: of those that wait, a turn sees the first for its slots") {
  LiveRuns runs({a_run("a", 3), a_run("b", 2), a_run("c", 9, 1), a_run("d", 4)}, slots(2));
  CHECK(turn(runs, 10) == Ids{"b", "c"});
  db::Run wide = a_run("b", 2);
  wide.slots = 3;  // more than there are: it never starts, and hides nobody
  runs.put(wide);
  CHECK(turn(runs, 11) == Ids{"a", "c"});
  CHECK(runs.find("b")->slots == 3);
  wide = a_run("c", 9, 1);
  wide.slots = 2;
  runs.put(wide);
  CHECK(turn(runs, 12) == Ids{"c"});
  CHECK(runs.busy());
  CHECK_FALSE(runs.has_live_attempts());
}

TEST_CASE("live runs: what lives or is asked for is seen every turn, whatever waits") {
  db::Run running = a_run("r", 1);
  running.state = db::State::running;
  running.attempts.push_back({.token = "t", .executor = "e"});
  db::Run ghost = a_run("g", 2);  // waits again, and nobody has seen its last attempt's end
  ghost.attempts.push_back({.token = "u", .executor = "e", .ending = db::Ending{}});
  db::Run cancelled = a_run("x", 3);
  cancelled.wanted = db::Wanted::cancel;
  db::Run held = a_run("h", 4);
  held.state = db::State::held;
  held.wanted = db::Wanted::hold;
  LiveRuns runs({running, ghost, cancelled, held, a_run("w", 5), a_run("z", 6)}, slots(1));
  CHECK(turn(runs, 10) == Ids{"g", "r", "w", "x"});
  CHECK(runs.has_live_attempts());
  decide::Policy scheduled = slots(1);
  scheduled.queue_max["e"] = 5;
  CHECK_FALSE(LiveRuns({running}, scheduled).has_live_attempts());
  held.wanted = db::Wanted::cancel;
  runs.put(held);
  CHECK(turn(runs, 11) == Ids{"g", "h", "r", "w", "x"});
  cancelled.state = db::State::cancelled;
  cancelled.settled = true;
  runs.put(cancelled);
  CHECK(turn(runs, 12) == Ids{"g", "h", "r", "w"});
  CHECK(runs.find("x") == nullptr);
}

TEST_CASE("live runs: of those that have ended, a turn sees a few at a time") {
  LiveRuns runs({}, slots(1));
  for (int i = 0; i < 40; ++i) { runs.put(a_cancelled_run(std::to_string(i))); }
  size_t turns = 0;
  for (; runs.has_ended(); ++turns) {
    const auto few = runs.for_turn(10);
    CHECK(few.size() <= LiveRuns::kEndedMax);
    for (db::Run run : few) {
      run.settled = true;
      runs.put(run);
    }
  }
  CHECK(turns == 3);
  CHECK_FALSE(runs.busy());
}

TEST_CASE("live runs: held ones are no reason to stay") {
  db::Run held = a_run("h", 4);
  held.state = db::State::held;
  held.wanted = db::Wanted::hold;
  LiveRuns runs({held}, slots(1));
  CHECK_FALSE(runs.busy());
  held.state = db::State::waiting;
  held.wanted = db::Wanted::run;
  runs.put(held);
  CHECK(runs.busy());
  CHECK(turn(runs, 11) == Ids{"h"});
}

TEST_CASE("live runs: a back-off is waited for, but not one of a clock that was set back") {
  db::Run late = a_run("a", 1);
  late.retry_at = 100;
  late.attempts.push_back({.token = "t", .executor = "e", .ended_at = 50, .gone = true});
  const LiveRuns runs({late, a_run("b", 2)}, slots(1));
  CHECK(turn(runs, 99) == Ids{"b"});
  CHECK(turn(runs, 100) == Ids{"a"});
  CHECK(turn(runs, 40) == Ids{"a"});  // it ended ahead of now
  CHECK(turn(runs, 70) == Ids{"b"});  // and the clock goes right again
}

TEST_CASE("live runs: a scheduler's queue fills beside this machine's slots, one place a run") {
  decide::Policy policy = slots(1);
  policy.queue_max["slurm"] = 2;
  std::vector<db::Run> all;
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    db::Run run = a_run(id, static_cast<int64_t>(all.size()));
    run.executor = run.id < "c" ? "local" : "slurm";
    run.slots = run.id < "c" ? 1 : 64;
    all.push_back(run);
  }
  const LiveRuns runs(all, policy);
  CHECK(turn(runs, 10) == Ids{"a", "c", "d"});
}
