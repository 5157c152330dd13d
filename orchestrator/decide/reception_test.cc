#include "orchestrator/decide/a_run.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::decide;
using namespace enigma::decide::test;
using db::State;

TEST_CASE("receive: reports are taken in order, once, and what follows a gap waits") {
  RunBuilder run = a_run().submitted("t", 0);
  const auto one = report(1, protocol::Hello{}), two = report(2, at_step(1)),
             three = report(3, at_step(2));
  const Receipt first = receive(run.run, "t", {one, three}, 60);
  CHECK(first.ack == 1);
  CHECK(first.delivery.reports.size() == 1);
  CHECK(first.delivery.seq_before == 0);
  const Receipt second = receive(first.delivery.run, "t", {one, two, three}, 61);
  CHECK(second.ack == 3);
  CHECK(second.delivery.reports.size() == 2);
  const Receipt third = receive(second.delivery.run, "t", {two, three}, 62);
  CHECK(third.ack == 3);
  CHECK(third.delivery.reports.empty());
  CHECK(third.delivery.run == second.delivery.run);
}

TEST_CASE("receive: only the current attempt of this very process counts") {
  RunBuilder run = a_run().submitted("t1", 0).reports({report(1, protocol::Hello{})}, 1);
  CHECK(receive(run.run, "unknown", {}, 2).reception == Reception::unauthorized);
  CHECK(receive(run.run, "t1", {report(2, at_step(1), 99)}, 2).reception == Reception::fenced);
  run.sees(exit_with(75), 3).submitted("t2", 10);
  CHECK(receive(run.run, "t1", {report(2, at_step(1))}, 11).reception == Reception::fenced);
  CHECK(receive(run.run, "t2", {report(1, protocol::Hello{}, 2)}, 11).reception ==
        Reception::accepted);
}

TEST_CASE("receive: done counts at the target step, with an eval of it before") {
  RunBuilder run = a_run().submitted("t", 0).reports({report(1, at_step(10))}, 1);
  SUBCASE("not without an eval") {
    run.reports({report(2, protocol::Done{10, 5})}, 2);
    CHECK(run.run.state == State::running);
    run.reports({report(3, eval_of(10))}, 3);
    CHECK(run.run.state == State::running);
    run.reports({report(4, protocol::Done{10, 5})}, 4);
    CHECK(run.run.state == State::done);
  }
  SUBCASE("not before the target") {
    run.reports({report(2, eval_of(9)), report(3, protocol::Done{9, 5})}, 2);
    CHECK(run.run.state == State::running);
  }
  SUBCASE("not with an eval of another step") {
    run.reports({report(2, eval_of(9)), report(3, protocol::Done{10, 5})}, 2);
    CHECK(run.run.state == State::running);
  }
  SUBCASE("with both, and for good") {
    run.reports({report(2, eval_of(10)), report(3, protocol::Done{10, 5})}, 2);
    CHECK(run.run.state == State::done);
    CHECK(run.run.attempts[0].progress.flops == 5);
    const db::Run later =
        receive(run.run, "t", {report(4, protocol::Failed{"nan", "x"})}, 3).delivery.run;
    CHECK(later.state == State::done);
  }
}

TEST_CASE("receive: an eval that was rolled back does not carry a done") {
  RunBuilder run =
      a_run().submitted("t1", 0).reports({report(1, at_step(5)), report(2, checkpoint_of(5)),
                                          report(3, at_step(10)), report(4, eval_of(10))},
                                         1);
  run.sees(killed_by(9), 2).submitted("t2", 10);
  SUBCASE("resumed before it: evaluated again first") {
    run.reports({report(1, at_step(6), 2)}, 11);
    CHECK(run.run.attempts[1].resumed_from_step == 5);
    run.reports({report(2, at_step(10), 2), report(3, protocol::Done{10, 1}, 2)}, 12);
    CHECK(run.run.state == State::running);
  }
  SUBCASE("resumed at it: it stands") {
    run.reports({report(1, protocol::Hello{}, 2), report(2, protocol::Done{10, 1}, 2)}, 12);
    CHECK(run.run.state == State::done);
  }
}

TEST_CASE("receive: an eval that its own attempt went back behind does not carry a done") {
  RunBuilder run = a_run().submitted("t", 0).reports(
      {report(1, at_step(10)), report(2, eval_of(10)), report(3, protocol::Skipped{6, 10, "nan"})},
      1);
  CHECK(run.run.attempts[0].progress.step == 5);
  run.reports({report(4, at_step(10)), report(5, protocol::Done{10, 5})}, 2);
  CHECK(run.run.state == State::running);
  run.reports({report(6, eval_of(10)), report(7, protocol::Done{10, 5})}, 3);
  CHECK(run.run.state == State::done);
}

TEST_CASE("receive: the answer tells an unwanted worker to stop") {
  RunBuilder run = a_run().submitted("t", 0).reports({report(1, protocol::Hello{})}, 1);
  CHECK(receive(run.run, "t", {}, 2).command == protocol::Command::none);
  run.asks(Request::cancel, 2);
  CHECK(receive(run.run, "t", {}, 2).command == protocol::Command::stop);
}

TEST_CASE("receive: a late done of the current attempt saves another try") {
  RunBuilder run = a_run().submitted("t", 0).reports({report(1, eval_of(10))}, 1);
  run.sees(exit_with(0), 2);
  CHECK(run.run.state == State::waiting);
  run.reports({report(2, protocol::Done{10, 1})}, 3);
  CHECK(run.run.state == State::done);
}

TEST_CASE("receive: a run that has failed hears nothing more") {
  RunBuilder run = a_run();
  run.policy.retry.clear();
  run.submitted("t", 0).sees(exit_with(64), 1);
  CHECK(run.run.state == State::failed);
  CHECK(receive(run.run, "t", {report(1, protocol::Hello{})}, 2).reception == Reception::fenced);
}

namespace {

SpoolLine good(protocol::Report report) {
  const int64_t number = report.seq;
  return {number, std::move(report), ""};
}
SpoolPart a_part(std::vector<SpoolLine> lines) {
  return {std::move(lines), {100, 4, 4, false}, false};
}
std::vector<std::string> told(const Receipt& receipt) {
  std::vector<std::string> texts;
  for (const db::Event& event : receipt.delivery.events) {
    if (event.kind == "bad_line") { texts.push_back(event.text); }
  }
  return texts;
}

}  // namespace

TEST_CASE("receive_spool: a bad line is an event, what follows it counts") {
  const RunBuilder run = a_run().submitted("t", 0).reports({report(1, at_step(9))}, 1);
  const auto part = a_part({good(report(1, at_step(9))),
                            {2, std::nullopt, "line: expected one JSON object, it is no JSON"},
                            good(report(3, eval_of(10))),
                            good(report(4, protocol::Done{10, 5}))});
  const Receipt receipt = receive_spool(run.run, {"a", "t", 7, false}, part, 2);
  CHECK(receipt.delivery.run.state == State::done);
  CHECK(receipt.delivery.reports.size() == 2);
  CHECK(receipt.delivery.spool == part.next);
  CHECK(receipt.ack == 4);
  CHECK(told(receipt) == std::vector<std::string>{
                             "attempt 7: line 2: line: expected one JSON object, it is no JSON"});
}

TEST_CASE("receive_spool: a bad line is told too where its report came over HTTP") {
  const RunBuilder run = a_run().submitted("t", 0).reports(
      {report(1, at_step(1)), report(2, at_step(2)), report(3, at_step(3))}, 1);
  const Receipt receipt =
      receive_spool(run.run, {"a", "t", 1, false},
                    a_part({{2, std::nullopt, "no JSON"}, good(report(3, at_step(3)))}), 2);
  CHECK(receipt.delivery.reports.empty());
  CHECK(told(receipt).size() == 1);
  CHECK(receipt.ack == 3);
}

TEST_CASE(
    "receive_spool: a report of another process is a bad line, one of another attempt waits") {
  RunBuilder run = a_run().submitted("t", 0).reports({report(1, at_step(1))}, 1);
  const auto part = a_part({good(report(2, at_step(2), 99)), good(report(3, at_step(3)))});
  const Receipt receipt = receive_spool(run.run, {"a", "t", 1, false}, part, 2);
  CHECK(receipt.delivery.reports.size() == 1);
  CHECK(told(receipt) ==
        std::vector<std::string>{
            "attempt 1: line 2: attempt: expected the process that reported first"});
  run.sees(exit_with(75), 3).submitted("t2", 10);
  CHECK(receive_spool(run.run, {"a", "t", 1, true}, part, 11).reception == Reception::fenced);
}

TEST_CASE("receive_spool: what an attempt wrote last counts until the next one has reported") {
  RunBuilder run = a_run().submitted("t", 0).reports({report(1, at_step(1))}, 1);
  Ended put_back;
  put_back.cause = protocol::FailureClass::preempted;
  run.sees(put_back, 3).submitted("t2", 10);
  const auto part = a_part({good(report(2, at_step(2))), good(report(3, checkpoint_of(2)))});
  const Receipt late = receive_spool(run.run, {"a", "t", 1, false}, part, 11);
  REQUIRE(late.reception == Reception::accepted);
  CHECK(late.delivery.reports.size() == 2);
  CHECK(late.delivery.token == "t");
  run.run = late.delivery.run;
  run.reports({report(1, at_step(3), 2)}, 12);
  CHECK(run.run.attempts.back().resumed_from_step == 2);
  CHECK(receive_spool(run.run, {"a", "t", 1, false}, part, 13).reception == Reception::fenced);
}
