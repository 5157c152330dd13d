#include "orchestrator/decide/a_run.h"
#include "orchestrator/decide/move.h"
#include "orchestrator/decide/queue_limit.h"
#include "orchestrator/decide/reconcile.h"
#include "orchestrator/decide/retry.h"
#include "orchestrator/starts/start.h"

#include <doctest/doctest.h>

#include <csignal>

using namespace enigma;
using namespace enigma::decide;
using namespace enigma::decide::test;
using db::State;
using protocol::FailureClass;

namespace {

constexpr State kStates[] = {State::waiting, State::running, State::held,
                             State::done,    State::failed,  State::cancelled};

std::string drawn(bool (*is_legal)(State, State)) {
  std::string text;
  for (const State from : kStates) {
    text += std::string(db::name_of(from)) + " →";
    for (const State to : kStates) {
      if (is_legal(from, to)) { text += " " + std::string(db::name_of(to)); }
    }
    text += "\n";
  }
  return text;
}

db::Ending last_ending(const RunBuilder& builder) {
  return *builder.run.attempts.back().ending;
}

}  // namespace

TEST_CASE("move: the table of legal moves, drawn") {
  CHECK(drawn(is_legal_move) ==
        "waiting → running held done cancelled\n"
        "running → waiting held done failed cancelled\n"
        "held → done cancelled\n"
        "done →\n"
        "failed →\n"
        "cancelled →\n");
  CHECK(drawn(is_legal_request) ==
        "waiting →\n"
        "running →\n"
        "held → waiting\n"
        "done →\n"
        "failed → waiting\n"
        "cancelled → waiting\n");
}

TEST_CASE("on_observation: an end has a class and the evidence that decided it") {
  RunBuilder run = a_run().submitted("t", 0).reports({report(1, at_step(4))}, 1);
  SUBCASE("by exit code") {
    run.sees(exit_with(71), 2);
    CHECK(last_ending(run).failure_class == FailureClass::nan);
    CHECK(last_ending(run).evidence_line == "exit code 71");
  }
  SUBCASE("by signal") {
    run.sees(killed_by(SIGKILL), 2);
    CHECK(last_ending(run).failure_class == FailureClass::node_failure);
    CHECK(last_ending(run).evidence_source == "signal");
  }
  SUBCASE("by exhausted memory") {
    run.sees(killed_by(SIGKILL, true), 2);
    CHECK(last_ending(run).failure_class == FailureClass::host_memory);
  }
  SUBCASE("by the worker's own word") {
    run.reports({report(2, protocol::Failed{"hardware", "Xid 79"})}, 2).sees(exit_with(70), 3);
    CHECK(last_ending(run).failure_class == FailureClass::hardware);
    CHECK(last_ending(run).evidence_line == "Xid 79");
    CHECK(last_ending(run).exit_code == 70);
  }
  SUBCASE("preemption outranks the worker's own word") {
    run.reports({report(2, protocol::Failed{"hardware", "Xid 79"})}, 2).sees(exit_with(75), 3);
    CHECK(last_ending(run).failure_class == FailureClass::preempted);
  }
  SUBCASE("exit 0 without done is a fault of the code") {
    run.sees(exit_with(0), 2);
    CHECK(last_ending(run).failure_class == FailureClass::code);
    CHECK(last_ending(run).evidence_line.find("last step 4") != std::string::npos);
  }
  SUBCASE("dead without an exit file") {
    run.sees(Ended{}, 2);
    CHECK(last_ending(run).failure_class == FailureClass::node_failure);
    CHECK(last_ending(run).evidence_source == "launcher");
  }
  CHECK(run.run.state == State::waiting);
  CHECK(run.run.attempts[0].gone);
}

TEST_CASE("on_observation: unknown proves nothing") {
  RunBuilder run = a_run().submitted("t", 0).sees(Running{}, 1);
  const db::Run before = run.run;
  CHECK(run.sees(Unknown{}, 1e6).run == before);
}

TEST_CASE("on_observation: a done run stays done, whatever its launcher does") {
  RunBuilder run = a_run().submitted("t", 0).reports(
      {report(1, eval_of(10)), report(2, protocol::Done{10, 1})}, 1);
  run.sees(killed_by(SIGKILL), 2);
  CHECK(run.run.state == State::done);
  CHECK_FALSE(last_ending(run).failure_class.has_value());
  CHECK(run.run.failures.empty());
}

TEST_CASE("on_observation: nothing is noted twice within a quarter of the lease") {
  RunBuilder run = a_run().submitted("t", 0).sees(Running{}, 1);
  const db::Run before = run.run;
  CHECK(run.sees(Running{}, 2).run == before);
  CHECK(run.sees(Running{}, 1 + run.policy.lease_s).run.attempts[0].seen_at > 1);
}

TEST_CASE("retry: preempted without limit, others until their tries are used up") {
  RunBuilder run = a_run();
  for (int i = 0; i < 100; ++i) {
    run.submitted("p" + std::to_string(i), 1000.0 * i).sees(exit_with(75), 1000.0 * i + 1);
    REQUIRE(run.run.state == State::waiting);
  }
  const int64_t tries = *run.policy.retry.at(FailureClass::code).max;
  for (int64_t i = 0; i <= tries; ++i) {
    REQUIRE(run.run.state == State::waiting);
    run.submitted("c" + std::to_string(i), 1e6).sees(exit_with(70), 1e6);
  }
  CHECK(run.run.state == State::failed);
  CHECK(run.run.why == "code: exit code 70");
}

TEST_CASE("retry: the wait doubles up to its limit") {
  Policy policy;
  policy.retry[FailureClass::nccl] = {10, 4, 20};
  db::Run run;
  const auto wait = [&](int64_t failures) {
    run.failures["nccl"] = failures;
    return *retry_at(run, FailureClass::nccl, policy, 100) - 100;
  };
  CHECK(wait(1) == 4);
  CHECK(wait(2) == 8);
  CHECK(wait(3) == 16);
  CHECK(wait(4) == 20);
  CHECK(wait(10) == 20);
  run.failures["nccl"] = 11;
  CHECK_FALSE(retry_at(run, FailureClass::nccl, policy, 100).has_value());
  CHECK_FALSE(retry_at(run, FailureClass::nan, policy, 100).has_value());
}

TEST_CASE("on_request: cancel, hold and resume") {
  RunBuilder run = a_run();
  SUBCASE("a cancelled run goes on when resumed, with its failures forgotten") {
    run.submitted("t", 0).asks(Request::cancel, 1).sees(exit_with(75), 2);
    CHECK(run.run.state == State::cancelled);
    CHECK_FALSE(last_ending(run).failure_class.has_value());
    run.run.settled = true;
    run.asks(Request::resume, 3);
    CHECK(run.run.state == State::waiting);
    CHECK(run.run.wanted == db::Wanted::run);
    CHECK_FALSE(run.run.settled);
  }
  SUBCASE("a held run waits for resume") {
    run.submitted("t", 0).asks(Request::hold, 1).sees(exit_with(75), 2);
    CHECK(run.run.state == State::held);
    CHECK(run.asks(Request::resume, 3).run.state == State::waiting);
  }
  SUBCASE("what changes nothing is no change") {
    CHECK(on_request(run.run, Request::resume, 1).events.empty());
    run.run.state = State::done;
    for (const Request request : {Request::cancel, Request::hold, Request::resume}) {
      CHECK(on_request(run.run, request, 1).run == run.run);
    }
  }
}

TEST_CASE("on_observation: the scheduler's own reason counts more than the signal that followed") {
  RunBuilder run = a_run().submitted("t", 0).reports({report(1, at_step(4))}, 1);
  Ended ended = killed_by(SIGKILL);
  ended.cause = FailureClass::time_limit;
  ended.line = "job 7 is TIMEOUT";
  run.sees(ended, 2);
  CHECK(last_ending(run).failure_class == FailureClass::time_limit);
  CHECK(last_ending(run).evidence_source == "scheduler");
  CHECK(last_ending(run).evidence_line == "job 7 is TIMEOUT");
}

TEST_CASE("start: tokens of the starts of one submission") {
  CHECK(token_of_start("ab.3", 0) == "ab.3");
  CHECK(token_of_start("ab.3", 2) == "ab.3~2");
  CHECK(submission_of("ab.3~2") == "ab.3");
  CHECK(submission_of("ab.3") == "ab.3");
  CHECK(start_of("ab.3~12") == 12);
  CHECK(start_of("ab.3") == 0);
}

TEST_CASE("on_observation: attempts that leave no new checkpoint are told after the third") {
  RunBuilder run = a_run();
  const auto attempt = [&](const std::string& token, std::vector<protocol::Report> reports) {
    run.submitted(token, 0).reports(reports, 1).sees(exit_with(76), 2);
  };
  attempt("a", {report(1, at_step(4)), report(2, checkpoint_of(4))});
  CHECK(run.run.why.find("no new checkpoint") == std::string::npos);
  attempt("b", {report(1, at_step(5))});
  attempt("c", {report(1, at_step(5)), report(2, checkpoint_of(4))});
  CHECK(run.run.why.find("no new checkpoint") == std::string::npos);
  attempt("d", {report(1, at_step(5))});
  CHECK(run.run.why.find("3 attempts in a row have left no new checkpoint") != std::string::npos);
  CHECK(run.run.state == State::waiting);
  attempt("e", {report(1, at_step(6)), report(2, checkpoint_of(6))});
  CHECK(run.run.why.find("no new checkpoint") == std::string::npos);
}

TEST_CASE("on_queue_full: the run waits a while, and no try is counted") {
  RunBuilder run = a_run().submitted("t", 10);
  SUBCASE("it waits") {
    run.run = on_queue_full(run.run, "t", "AssocMaxSubmitJobLimit", 10).run;
    CHECK(run.run.state == State::waiting);
    CHECK(run.run.retry_at == 10 + kQueuePause_s);
    CHECK(run.run.failures.empty());
    CHECK(run.run.attempts.back().gone);
    CHECK(run.run.why.find("AssocMaxSubmitJobLimit") != std::string::npos);
    run.submitted("u", 50);
    CHECK(run.run.state == State::running);
  }
  SUBCASE("it rests where that was asked for meanwhile") {
    run.asks(Request::hold, 10);
    CHECK(on_queue_full(run.run, "t", "full", 10).run.state == State::held);
  }
  SUBCASE("not where an earlier call for it may have been taken") {
    run.submitted("t", 20);
    CHECK(on_queue_full(run.run, "t", "full", 20).run.state == State::running);
  }
  SUBCASE("not what has ended before") {
    run.sees(exit_with(75), 11);
    CHECK(on_queue_full(run.run, "t", "full", 12).run == run.run);
  }
}

TEST_CASE("on_observation: what the scheduler starts again by itself is the next attempt") {
  RunBuilder run = a_run().submitted("t", 0).reports({report(1, at_step(4))}, 1);
  run.sees(exit_with(75), 2);
  CHECK(run.run.state == State::waiting);
  run.sees_start("t~1", Waiting{"Priority"}, 2);
  REQUIRE(run.run.attempts.size() == 2);
  CHECK(run.run.state == State::running);
  CHECK(run.run.attempts[1].token == "t~1");
  CHECK(run.run.attempts[1].executor == run.run.attempts[0].executor);
  CHECK(run.run.failures.at("preempted") == 1);
  SUBCASE("seen twice it is the same attempt") {
    run.sees_start("t~1", Running{2, {}, {}}, 3);
    CHECK(run.run.attempts.size() == 2);
    CHECK(run.run.attempts[1].number == 2);
  }
  SUBCASE("it ends like any other, and may be followed itself") {
    run.sees_start("t~1", exit_with(75), 3).sees_start("t~2", Waiting{}, 3);
    CHECK(run.run.attempts.size() == 3);
    CHECK(run.run.state == State::running);
  }
}

TEST_CASE(
    "on_observation: a later start is one of the last attempt's submission, once that ended") {
  RunBuilder run = a_run().submitted("t", 0);
  SUBCASE("not while the attempt lives") {
    run.sees_start("t~1", Waiting{}, 2);
  }
  SUBCASE("not of another submission") {
    run.sees(exit_with(75), 2).sees_start("u~1", Waiting{}, 2);
  }
  SUBCASE("not an earlier one") {
    run.sees(exit_with(75), 2).sees_start("t", Waiting{}, 2);
  }
  SUBCASE("not from no answer") {
    run.sees(exit_with(75), 2).sees_start("t~1", Unknown{}, 2);
  }
  CHECK(run.run.attempts.size() == 1);
}

TEST_CASE("on_observation: a start after the run was cancelled is stopped, and changes nothing") {
  RunBuilder run = a_run().submitted("t", 0).asks(Request::cancel, 1);
  run.sees(exit_with(75), 2).sees_start("t~1", Running{2, {}, {}}, 2);
  CHECK(run.run.state == State::cancelled);
  REQUIRE(run.run.attempts.size() == 2);
  CHECK(run.run.attempts[1].ending);
  const Snapshot snapshot{{run.run}, {{run.run.id, "t~1", Running{2, {}, {}}}}, {}, 0};
  const auto plan = reconcile(snapshot, run.policy, 3);
  REQUIRE(plan.size() == 1);
  CHECK(std::get<Cancel>(plan[0]).token == "t~1");
}
