#include "orchestrator/decide/ceiling.h"

#include "orchestrator/decide/a_run.h"
#include "orchestrator/decide/explain.h"
#include "orchestrator/decide/reconcile.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::decide;
using namespace enigma::decide::test;

namespace {

Account an_account(double device_hours, double used, bool stops_runs = false) {
  Account account;
  account.ceiling = {"s", device_hours, stops_runs, "12 device-hours"};
  account.used_device_hours = used;
  return account;
}

/// At work since `said_at` − `hours`, at `step` of 10.
db::Run at_work(const std::string& id, int64_t step, double hours) {
  db::Run run = a_run(id).submitted(id + "-token", 0).sees(Running{1, 1, 1, {}}, 1).run;
  db::Attempt& attempt = run.attempts.back();
  attempt.seq = 3;
  attempt.started_at = 0;
  attempt.progress.said_at = hours * 3600;
  attempt.progress.reported_at = attempt.progress.said_at;
  attempt.progress.step = step;
  return run;
}

Policy with_slots(int64_t slots) {
  Policy policy = default_policy();
  policy.slots = slots;
  return policy;
}

std::vector<std::string> submitted(const std::vector<Action>& plan) {
  std::vector<std::string> runs;
  for (const Action& action : plan) {
    if (const auto* submit = std::get_if<Submit>(&action)) { runs.push_back(submit->run); }
  }
  return runs;
}
std::vector<std::string> held(const std::vector<Action>& plan) {
  std::vector<std::string> runs;
  for (const Action& action : plan) {
    if (const auto* hold = std::get_if<HoldBack>(&action)) { runs.push_back(hold->run); }
  }
  return runs;
}

}  // namespace

TEST_CASE("ceiling: a run takes what is expected of it, then what its own pace says") {
  CHECK(remaining_device_hours(a_run().run, 4.0) == 4);
  CHECK(remaining_device_hours(a_run().run, std::nullopt) == 0);
  CHECK(remaining_device_hours(at_work("a", 5, 3), 4.0) == doctest::Approx(3));
  CHECK(remaining_device_hours(at_work("a", 5, 3), std::nullopt) == doctest::Approx(3));
  CHECK(remaining_device_hours(at_work("a", 0, 1), 4.0) == 4);  // no step yet: no pace
  db::Run wide = at_work("a", 5, 3);
  wide.attempts.back().world = 2;
  CHECK(remaining_device_hours(wide, 4.0) == doctest::Approx(6));
}

TEST_CASE("ceiling: a run that is tried again takes what lies behind its last checkpoint") {
  db::Run run = at_work("a", 7, 3);
  run.attempts.back().progress.checkpoint_step = 5;
  run = on_observation(run, {"a", "a-token", killed_by(9)}, default_policy(), 20000).run;
  CHECK(run.state == db::State::waiting);
  CHECK(remaining_device_hours(run, 4.0) == 2);
}

TEST_CASE("ceiling: what runs at work will take is reserved") {
  Account account = an_account(10, 3);
  const std::vector<db::Run> runs = {at_work("a", 5, 3), a_run("b").run, at_work("other", 1, 1)};
  account.expected_device_hours = {{"a", 4.0}, {"b", 5.0}};
  CHECK(reserved_device_hours(account, runs) == doctest::Approx(3));
  CHECK(waits_for(a_run("b").run, {account}, runs)->find("it needs 5") != std::string::npos);
  account.expected_device_hours["b"] = 4.0;
  CHECK_FALSE(waits_for(a_run("b").run, {account}, runs));
  CHECK_FALSE(waits_for(a_run("stranger").run, {account}, runs));
}

TEST_CASE("ceiling: a run is held that would pass it alone, or once it is used up") {
  Account account = an_account(10, 7);
  account.expected_device_hours = {{"a", 4.0}, {"b", 3.0}};
  CHECK(held_by(a_run("a").run, {account})->find("12 device-hours") != std::string::npos);
  CHECK_FALSE(held_by(a_run("b").run, {account}));
  account.used_device_hours = 10;
  CHECK(held_by(a_run("b").run, {account}));
  account.expected_device_hours["b"] = std::nullopt;
  CHECK(held_by(a_run("b").run, {account}));
  db::Run cancelled = a_run("b").run;
  cancelled.wanted = db::Wanted::cancel;
  CHECK_FALSE(held_by(cancelled, {account}));
}

TEST_CASE("ceiling: runs at work go on unless it stops them") {
  Account account = an_account(10, 11);
  account.expected_device_hours = {{"a", 4.0}};
  CHECK_FALSE(held_by(at_work("a", 5, 3), {account}));
  account.ceiling.stops_runs = true;
  CHECK(held_by(at_work("a", 5, 3), {account}));
}

TEST_CASE(
    "ceiling: a turn starts what fits with all that starts beside it, and passes by the rest") {
  Snapshot snapshot;
  for (const char* id : {"a", "b", "c", "d"}) { snapshot.runs.push_back(a_run(id).run); }
  for (size_t i = 0; i < 4; ++i) { snapshot.runs[i].position = static_cast<int64_t>(i); }
  snapshot.tokens = {"1", "2", "3", "4"};
  snapshot.accounts = {an_account(10, 1)};
  snapshot.accounts[0].expected_device_hours = {{"a", 4.0}, {"b", 6.0}, {"c", 4.0}, {"d", 20.0}};
  const auto plan = reconcile(snapshot, with_slots(8), 0);
  CHECK(submitted(plan) == std::vector<std::string>{"a", "c"});
  CHECK(held(plan) == std::vector<std::string>{"d"});
  CHECK(explain(snapshot.runs[3], snapshot, with_slots(8), 0) ==
        "waiting: the ceiling of sweep s (12 device-hours; 1 device-hours are used): it would take "
        "20 more");
}

TEST_CASE("ceiling: who is held says why, until a request lets it go on") {
  const std::string why = "the ceiling of sweep s is reached";
  auto change = on_action(at_work("a", 5, 3), HoldBack{"a", why}, default_policy(), 1);
  CHECK(change.run.wanted == db::Wanted::hold);
  change = on_observation(change.run, {"a", "a-token", exit_with(75)}, default_policy(), 2);
  CHECK(change.run.state == db::State::held);
  CHECK(change.run.why == "held: " + why);
  CHECK_FALSE(change.run.attempts.back().ending->failure_class);
  change = on_request(change.run, Request::resume, 3);
  CHECK(change.run.state == db::State::waiting);
  CHECK(change.run.wanted_by.empty());

  change = on_action(a_run().run, HoldBack{"a", why}, default_policy(), 1);
  change = on_action(change.run, Settle{"a", db::State::held}, default_policy(), 2);
  CHECK(change.run.why == "held: " + why);
}

TEST_CASE("ceiling: accounts add up what the store has of each sweep") {
  const auto accounts = accounts_of(
      {{"s", 10, false, "ten"}, {"t", 1, true, "one"}},
      {{"s", "a", 4.0, 1.5}, {"s", "b", {}, 2}, {"t", "a", 3.0, 1.5}, {"u", "c", {}, 9}});
  REQUIRE(accounts.size() == 2);
  CHECK(accounts[0].used_device_hours == 3.5);
  CHECK(accounts[0].expected_device_hours.at("a") == 4);
  CHECK_FALSE(accounts[0].expected_device_hours.at("b"));
  CHECK(accounts[1].used_device_hours == 1.5);
}
