#include "orchestrator/decide/reconcile.h"

#include "orchestrator/decide/a_run.h"
#include "orchestrator/decide/explain.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::decide;
using namespace enigma::decide::test;
using db::State;
using protocol::FailureClass;

namespace {

Policy two_slots() {
  Policy policy = default_policy();
  policy.slots = 2;
  return policy;
}

Snapshot a_snapshot(std::vector<db::Run> runs, std::vector<Observation> observations = {}) {
  return {std::move(runs), std::move(observations), {"n1", "n2", "n3"}, 0};
}

std::vector<std::string> texts(const std::vector<Action>& plan) {
  std::vector<std::string> out;
  for (const Action& action : plan) { out.push_back(to_text(action)); }
  return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("reconcile: slots are filled by priority, then by position") {
  std::vector<db::Run> runs;
  for (const char* id : {"a", "b", "c"}) { runs.push_back(a_run(id).run); }
  runs[0].position = 3;
  runs[1].position = 2;
  runs[2].position = 9;
  runs[2].priority = 1;
  CHECK(texts(reconcile(a_snapshot(runs), two_slots(), 5)) == Texts{"submit c n1", "submit b n2"});
  runs[2].slots = 3;
  CHECK(texts(reconcile(a_snapshot(runs), two_slots(), 5)) == Texts{"submit b n1", "submit a n2"});
  runs[1].slots = 2;
  CHECK(texts(reconcile(a_snapshot(runs), two_slots(), 5)) == Texts{"submit b n1"});
}

TEST_CASE("reconcile: a run waits for its back-off, but not for a clock that was set back") {
  RunBuilder run = a_run();
  // A sweep's own back-off may be longer than any of the house.
  run.policy.retry[FailureClass::code] = {2, 5000, 5000};
  run.submitted("t", 1000).sees(Running{}, 1000).sees(exit_with(70), 1010);
  REQUIRE(run.run.retry_at == 6010);
  const Snapshot snapshot = a_snapshot({run.run});
  CHECK(reconcile(snapshot, two_slots(), 1011).empty());
  CHECK(reconcile(snapshot, two_slots(), 6009).empty());
  CHECK(texts(reconcile(snapshot, two_slots(), 6010)) == Texts{"submit a n1"});
  CHECK(texts(reconcile(snapshot, two_slots(), 900)) == Texts{"submit a n1"});
}

TEST_CASE("reconcile: a submission that nobody has seen is made again with the same token") {
  const Policy policy = two_slots();
  RunBuilder run = a_run().submitted("t", 1000);
  Snapshot snapshot = a_snapshot({run.run});
  CHECK(reconcile(snapshot, policy, 1001).empty());
  CHECK(texts(reconcile(snapshot, policy, 1000 + policy.submit_again_s)) == Texts{"submit a t"});
  snapshot.observations = {{"a", "t", Running{}}};
  CHECK(reconcile(snapshot, policy, 1000 + policy.submit_again_s).empty());
  snapshot.observations.clear();
  const auto plan = reconcile(snapshot, policy, 1000 + policy.never_started_s);
  REQUIRE(plan.size() == 1);
  CHECK(std::get<DeclareLost>(plan[0]).verdict.failure_class == FailureClass::never_started);
}

TEST_CASE("reconcile: silence counts only while somebody listens") {
  const Policy policy = two_slots();
  RunBuilder run = a_run().submitted("t", 1000).sees(Running{}, 1000);
  Snapshot snapshot = a_snapshot({run.run});
  const db::Time later = 1000 + 10 * policy.lease_s;
  snapshot.watching_since = later - 1;
  CHECK(reconcile(snapshot, policy, later).empty());
  snapshot.watching_since = 0;
  const auto plan = reconcile(snapshot, policy, later);
  REQUIRE(plan.size() == 1);
  CHECK(std::get<DeclareLost>(plan[0]).verdict.failure_class == FailureClass::node_failure);
  CHECK(std::get<DeclareLost>(plan[0]).source == "silence");
}

TEST_CASE("reconcile: a worker that lives but reports nothing is given up, then stopped") {
  const Policy policy = two_slots();
  RunBuilder run = a_run().submitted("t", 1000).sees(Running{}, 1000);
  const std::vector<Observation> seen = {{"a", "t", Running{}}};
  CHECK(reconcile(a_snapshot({run.run}, seen), policy, 1001).empty());
  auto plan = reconcile(a_snapshot({run.run}, seen), policy, 1000 + policy.never_started_s);
  CHECK(std::get<GiveUp>(plan.at(0)).verdict.failure_class == FailureClass::never_started);
  run.reports({report(1, protocol::Hello{})}, 1002);
  const db::Time late = 1002 + policy.hang_s;
  plan = reconcile(a_snapshot({run.run}, seen), policy, late);
  REQUIRE(plan.size() == 1);
  CHECK(std::get<GiveUp>(plan[0]).verdict.failure_class == FailureClass::hang);
  run.run = on_action(run.run, plan[0], policy, late).run;
  plan = reconcile(a_snapshot({run.run}, seen), policy, late);
  CHECK(texts(plan) == Texts{"cancel a t"});
  run.run = on_action(run.run, plan[0], policy, late).run;
  CHECK(reconcile(a_snapshot({run.run}, seen), policy, late + 1).empty());
  CHECK(texts(reconcile(a_snapshot({run.run}, seen), policy, late + policy.cancel_again_s)) ==
        Texts{"cancel a t"});
  run.sees(killed_by(9), late + 20);
  CHECK(run.run.attempts[0].ending->failure_class == FailureClass::hang);
}

TEST_CASE("reconcile: a lost attempt that shows itself again is stopped before another starts") {
  const Policy policy = two_slots();
  RunBuilder run = a_run().submitted("t", 1000).sees(Running{}, 1000);
  const DeclareLost lost{"a", "t", {FailureClass::node_failure, "not seen"}, "silence"};
  run.run = on_action(run.run, lost, policy, 2000).run;
  CHECK(run.run.state == State::waiting);
  const std::vector<Observation> seen = {{"a", "t", Running{}}};
  CHECK(slots_used(a_snapshot({run.run}, seen), run.policy).at("") == 1);
  CHECK(texts(reconcile(a_snapshot({run.run}, seen), policy, 2100)) == Texts{"cancel a t"});
  CHECK(texts(reconcile(a_snapshot({run.run}), policy, 2100)) == Texts{"submit a n1"});
}

TEST_CASE("reconcile: a cancelled run is stopped, rests, and is settled when nothing is left") {
  const Policy policy = two_slots();
  RunBuilder run = a_run().submitted("t", 1000).sees(Running{}, 1000).asks(Request::cancel, 1001);
  const std::vector<Observation> seen = {{"a", "t", Running{}}};
  CHECK(texts(reconcile(a_snapshot({run.run}, seen), policy, 1001)) == Texts{"cancel a t"});
  run.sees(exit_with(75), 1010);
  CHECK(run.run.state == State::cancelled);
  CHECK(texts(reconcile(a_snapshot({run.run}), policy, 1011)) == Texts{"settle a cancelled"});
  CHECK(on_settled(run.run, 1011).run.settled);

  const db::Run waiting = a_run().asks(Request::cancel, 1).run;
  CHECK(texts(reconcile(a_snapshot({waiting}), policy, 2)) == Texts{"settle a cancelled"});
  const db::Run held = a_run().asks(Request::hold, 1).run;
  CHECK(texts(reconcile(a_snapshot({held}), policy, 2)) == Texts{"settle a held"});
}

TEST_CASE("reconcile: a cancelled run is not settled while what was given up may show itself") {
  const Policy policy = two_slots();
  RunBuilder run = a_run().submitted("t", 1000).sees(Running{}, 1000).asks(Request::cancel, 1001);
  const db::Time lost_at = 2000;
  const DeclareLost lost{"a", "t", {FailureClass::node_failure, "not seen"}, "silence"};
  run.run = on_action(run.run, lost, policy, lost_at).run;
  REQUIRE(run.run.state == State::cancelled);
  CHECK(reconcile(a_snapshot({run.run}), policy, lost_at + 1).empty());
  const std::vector<Observation> ghost = {{"a", "t", Running{}}};
  const db::Time late = lost_at + policy.look_after_s;
  CHECK(texts(reconcile(a_snapshot({run.run}, ghost), policy, late)) == Texts{"cancel a t"});
  CHECK(texts(reconcile(a_snapshot({run.run}), policy, late)) == Texts{"settle a cancelled"});
  run.sees(killed_by(9), lost_at + 2);
  CHECK(texts(reconcile(a_snapshot({run.run}), policy, lost_at + 2)) ==
        Texts{"settle a cancelled"});
}

TEST_CASE("reconcile: a done run whose launcher lingers is stopped in the end") {
  const Policy policy = two_slots();
  RunBuilder run = a_run()
                       .submitted("t", 0)
                       .sees(Running{}, 0)
                       .reports({report(1, eval_of(10)), report(2, protocol::Done{10, 1})}, 100);
  const std::vector<Observation> seen = {{"a", "t", Running{}}};
  CHECK(reconcile(a_snapshot({run.run}, seen), policy, 101).empty());
  CHECK(texts(reconcile(a_snapshot({run.run}, seen), policy, 100 + policy.linger_s)) ==
        Texts{"cancel a t"});
  run.sees(exit_with(0), 200);
  CHECK(texts(reconcile(a_snapshot({run.run}), policy, 201)) == Texts{"settle a done"});
}

TEST_CASE("explain: says what the decision says") {
  const Policy policy = two_slots();
  const db::Run first = a_run("a").submitted("t", 0).run;
  db::Run second = a_run("b").run, third = a_run("c").run;
  second.slots = 2;
  third.slots = 9;
  const Snapshot snapshot = a_snapshot({first, second, third});
  CHECK(explain(first, snapshot, policy, 1) == "submitted; nobody has seen it yet");
  CHECK(explain(second, snapshot, policy, 1) ==
        "waiting: it needs 2 of 2 slots, 1 are taken, and 0 run(s) are before it");
  CHECK(explain(third, snapshot, policy, 1) == "waiting: it needs 9 slots, and there are 2");
  second.slots = 1;
  CHECK(explain(second, a_snapshot({first, second}), policy, 1) ==
        "waiting: it starts with the next turn");
}

TEST_CASE("reconcile: a queue that has refused runs gets no more than it took, then one more") {
  Policy policy = two_slots();
  policy.queue_max["slurm"] = 10;
  std::vector<db::Run> runs;
  for (const char* id : {"a", "b", "c", "d"}) {
    db::Run run = a_run(id).run;
    run.executor = "slurm";
    runs.push_back(run);
  }
  Snapshot snapshot = a_snapshot(runs);
  snapshot.tokens = {"1", "2", "3", "4"};
  snapshot.limits["slurm"] = {2, 1, 100};
  CHECK(texts(reconcile(snapshot, policy, 101)) == Texts{"submit a 1", "submit b 2"});
  CHECK(texts(reconcile(snapshot, policy, 130)) == Texts{"submit a 1", "submit b 2", "submit c 3"});
}

TEST_CASE("reconcile: a full machine holds up nobody whose place is in a scheduler's queue") {
  Policy policy = two_slots();
  policy.queue_max["slurm"] = 2;
  std::vector<db::Run> runs;
  for (const char* id : {"a", "b", "c", "d", "e", "f"}) {
    db::Run run = a_run(id).run;
    run.position = static_cast<int64_t>(runs.size());
    run.executor = run.id < "d" ? "local" : "slurm";
    run.slots = run.id < "d" ? 1 : 64;
    runs.push_back(run);
  }
  Snapshot snapshot = a_snapshot(runs);
  snapshot.tokens = {"1", "2", "3", "4", "5", "6"};
  CHECK(texts(reconcile(snapshot, policy, 1)) ==
        Texts{"submit a 1", "submit b 2", "submit d 3", "submit e 4"});
  CHECK(explain(runs[5], snapshot, policy, 1) ==
        "waiting: it needs 1 of 2 slots, 0 are taken, and 2 run(s) are before it");
}
