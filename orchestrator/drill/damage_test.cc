#include "orchestrator/drill/damage.h"

#include <doctest/doctest.h>

namespace enigma::drill {
namespace {

db::Run a_run() {
  db::Run run;
  run.id = "a";
  run.state = db::State::running;
  db::Attempt attempt;
  attempt.token = "t";
  attempt.number = 1;
  attempt.seq = 9;
  attempt.progress.step = 40;
  run.attempts = {attempt};
  return run;
}

db::Run with_successor(db::Run run, int64_t resumed_from) {
  run.attempts[0].ending =
      db::Ending{protocol::FailureClass::preempted, "exit_file", "exit code 75", 75, 110};
  db::Attempt next;
  next.token = "t~1";
  next.number = 2;
  next.first_step = resumed_from + 1;
  next.started_at = 112;
  next.resumed_from_step = resumed_from;
  run.attempts.push_back(next);
  return run;
}

TEST_CASE("a run that is struck has survived when its next attempt speaks") {
  const db::Run before = a_run();
  CHECK_FALSE(damage_of(Strike::preempt, before, before, 100).is_over);
  const Damage damage = damage_of(Strike::preempt, before, with_successor(before, 40), 100);
  CHECK(damage.has_survived);
  CHECK(damage.attempt_after == 2);
  CHECK(damage.steps_lost == 0);
  CHECK(damage.pause_s == 12);
  CHECK(damage.ended_as == "preempted");
}

TEST_CASE("what was reported and is trained again is lost") {
  const db::Run before = a_run();
  CHECK(damage_of(Strike::kill_node, before, with_successor(before, 25), 100).steps_lost == 15);
  SUBCASE("also what was reported between the strike and the end") {
    db::Run now = with_successor(before, 25);
    now.attempts[0].progress.step = 44;
    CHECK(damage_of(Strike::kill_node, before, now, 100).steps_lost == 19);
  }
}

TEST_CASE("a controller that is killed costs nothing: the same attempt is heard again") {
  const db::Run before = a_run();
  db::Run now = before;
  now.attempts[0].seq = 12;
  now.attempts[0].progress.reported_at = 103;
  const Damage damage = damage_of(Strike::kill_controller, before, now, 100);
  CHECK(damage.has_survived);
  CHECK(damage.steps_lost == 0);
  CHECK(damage.pause_s == 3);
  CHECK_FALSE(damage_of(Strike::kill_node, before, now, 100).is_over);
}

TEST_CASE("a run that has failed has not survived") {
  const db::Run before = a_run();
  db::Run now = before;
  now.state = db::State::failed;
  const Damage damage = damage_of(Strike::disk_full, before, now, 100);
  CHECK(damage.is_over);
  CHECK_FALSE(damage.has_survived);
  CHECK_FALSE(damage.steps_lost);
}

TEST_CASE("strikes are named as the command line names them") {
  for (const std::string& name : strike_names()) { CHECK(name_of(*strike_named(name)) == name); }
  CHECK_FALSE(strike_named("earthquake"));
}

}  // namespace
}  // namespace enigma::drill
