#include "orchestrator/slurm/job_state.h"

#include <doctest/doctest.h>

#include <csignal>

namespace enigma::slurm {
namespace {

using decide::Ended;
using decide::Running;
using decide::Unknown;
using decide::Waiting;
using protocol::FailureClass;

JobRecord job(Phase phase, const char* state, const char* reason = "") {
  return {"7_0", "enigma-a", 0, phase, state, 0, reason, "n1"};
}

/// A start that the scheduler has shown: at work on attempt 1.
Evidence at_work() {
  Evidence evidence;
  evidence.claim = launch::Claim{1, ""};
  evidence.was_seen = evidence.has_answer = true;
  evidence.job = job(Phase::running, "RUNNING");
  return evidence;
}

Ended exit_with(int code) {
  Ended ended;
  ended.code = code;
  ended.number = 1;
  return ended;
}

template <typename State>
State state_as(const Evidence& evidence) {
  const auto state = state_of(evidence);
  REQUIRE(std::holds_alternative<State>(state));
  return std::get<State>(state);
}

TEST_CASE("a job in the queue waits, and says why") {
  Evidence evidence;
  evidence.has_answer = true;
  evidence.job = job(Phase::waiting, "PENDING", "Resources");
  CHECK(state_as<Waiting>(evidence).why == "Resources");
}

TEST_CASE("a job at work runs, with its attempt once it has one") {
  CHECK(state_as<Running>(at_work()).number == 1);
  Evidence starting = at_work();
  starting.claim.reset();
  CHECK_FALSE(state_as<Running>(starting).number);
}

// T9: an empty or failed answer is unknown, never gone.
TEST_CASE("what no answer shows is unknown until good answers have lacked it again and again") {
  Evidence evidence = at_work();
  evidence.job.reset();
  evidence.has_answer = false;
  state_as<Unknown>(evidence);
  evidence.has_answer = true;
  evidence.misses = kMissesMax - 1;
  state_as<Unknown>(evidence);
  evidence.misses = kMissesMax;
  CHECK(state_as<Ended>(evidence).cause == FailureClass::node_failure);
  evidence.claim.reset();
  CHECK(state_as<Ended>(evidence).cause == FailureClass::never_started);
}

// T10: sbatch may have been taken though nobody said so.
TEST_CASE("a job that was never shown is unknown, however often it is missing") {
  Evidence evidence;
  evidence.has_answer = true;
  evidence.misses = 100;
  state_as<Unknown>(evidence);
}

// T18: COMPLETED proves nothing; T7: a node failure may carry exit code 0:0.
TEST_CASE("the scheduler's COMPLETED is no success, and its NODE_FAIL needs no exit code") {
  Evidence evidence = at_work();
  evidence.job = job(Phase::completed, "COMPLETED");
  state_as<Unknown>(evidence);
  evidence.misses = kMissesMax;
  CHECK(state_as<Ended>(evidence).cause == FailureClass::node_failure);
  evidence.exit = exit_with(0);
  CHECK(state_as<Ended>(evidence).code == 0);
  CHECK_FALSE(state_as<Ended>(evidence).cause);
  Evidence failed_node = at_work();
  failed_node.job = job(Phase::node_failure, "NODE_FAIL");
  CHECK(state_as<Ended>(failed_node).cause == FailureClass::node_failure);
}

TEST_CASE("why the scheduler stopped a worker counts more than the signal that it sent") {
  const std::pair<Phase, FailureClass> causes[] = {
      {Phase::preempted, FailureClass::preempted},
      {Phase::time_limit, FailureClass::time_limit},
      {Phase::node_failure, FailureClass::node_failure},
      {Phase::out_of_memory, FailureClass::host_memory}};
  for (const auto& [phase, cause] : causes) {
    Evidence evidence = at_work();
    evidence.job = job(phase, "X");
    evidence.exit = exit_with(0);
    evidence.exit->code.reset();
    evidence.exit->signal = SIGKILL;
    CHECK(state_as<Ended>(evidence).cause == cause);
    evidence.exit = exit_with(75);
    CHECK(state_as<Ended>(evidence).cause == cause);
    // A worker that failed by itself before is judged by its own code.
    evidence.exit = exit_with(70);
    CHECK_FALSE(state_as<Ended>(evidence).cause);
  }
}

TEST_CASE("an end is told when the scheduler has let go of the job, which may start it again") {
  Evidence evidence = at_work();
  evidence.exit = exit_with(75);
  CHECK(state_as<Running>(evidence).number == 1);
  evidence.job = job(Phase::waiting, "PENDING", "BeginTime");
  CHECK(state_as<Ended>(evidence).code == 75);
}

TEST_CASE("a controller that has just started tells no end before the scheduler has answered") {
  Evidence evidence = at_work();
  evidence.exit = exit_with(75);
  evidence.job.reset();
  evidence.has_answer = false;
  state_as<Unknown>(evidence);
  evidence.has_answer = true;
  CHECK(state_as<Ended>(evidence).code == 75);
}

TEST_CASE("a worker that was killed without an exit file, and whose job waits again") {
  Evidence evidence = at_work();
  evidence.job = job(Phase::waiting, "PENDING", "BeginTime");
  CHECK(state_as<Ended>(evidence).cause == FailureClass::preempted);
  CHECK(state_as<Ended>(evidence).number == 1);
  Evidence followed = at_work();
  followed.started_again = true;
  CHECK(state_as<Ended>(followed).cause == FailureClass::preempted);
}

// T8: a job cancelled before its first line leaves nothing behind.
TEST_CASE("a job that ended before anything of it ran has never started") {
  Evidence evidence;
  evidence.has_answer = true;
  evidence.job = job(Phase::cancelled, "CANCELLED");
  CHECK(state_as<Ended>(evidence).cause == FailureClass::never_started);
  evidence.job = job(Phase::never_started, "BOOT_FAIL");
  CHECK(state_as<Ended>(evidence).cause == FailureClass::never_started);
}

TEST_CASE("a launcher that would not start says why") {
  Evidence evidence = at_work();
  evidence.claim = launch::Claim{std::nullopt, "the run is done"};
  CHECK(state_as<Ended>(evidence).line == "not started: the run is done");
}

}  // namespace
}  // namespace enigma::slurm
