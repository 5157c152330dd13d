#include "orchestrator/call/progress.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::cli;

namespace {
db::Run run_in(const std::string& id, db::State state, int64_t step) {
  db::Run run;
  run.id = id;
  run.target_step = 100;
  run.state = state;
  if (step > 0) {
    run.attempts.emplace_back();
    run.attempts.back().progress.step = step;
  }
  return run;
}
}  // namespace

TEST_CASE("progress: work is weighed by FLOPs, ended runs have none left") {
  const auto progress =
      progress_of({run_in("a", db::State::done, 100), run_in("b", db::State::running, 50),
                   run_in("c", db::State::failed, 10), run_in("d", db::State::waiting, 0)},
                  {{"a", 10}, {"b", 20}, {"c", 5}, {"d", 40}});
  CHECK(progress.work == doctest::Approx(75));
  CHECK(progress.work_done == doctest::Approx(25));
  CHECK_FALSE(is_over(progress));
  CHECK(to_text(progress, 100) ==
        "1 of 4 runs done, 1 running, 1 waiting, 1 failed; about 1 min 40 s left");
}

TEST_CASE("time left: at the pace so far, unknown without one") {
  Progress first, now;
  first.work = now.work = 100;
  first.work_done = 20;
  now.work_done = 40;
  CHECK(time_left_s(first, now, 10).value() == doctest::Approx(30));
  CHECK_FALSE(time_left_s(now, now, 10));
  CHECK_FALSE(time_left_s(first, now, 0));
}

TEST_CASE("stranded: runs that wait or run, and no controller") {
  const auto waiting = progress_of({run_in("a", db::State::waiting, 0)}, {});
  CHECK(stranded_text(waiting, true).empty());
  CHECK(stranded_text(progress_of({run_in("a", db::State::done, 1)}, {}), false).empty());
  CHECK(stranded_text(waiting, false) ==
        "no controller is running, and 1 waiting, 0 running: 'enigma-sweep watch' starts one");
}

TEST_CASE("verdict: an ended run weighs more than a held one, a held one more than done ones") {
  const db::Run done = run_in("a", db::State::done, 1), held = run_in("b", db::State::held, 1);
  CHECK(verdict_of(progress_of({done}, {})) == kDone);
  CHECK(verdict_of(progress_of({done, held}, {})) == kHeld);
  for (const auto state : {db::State::failed, db::State::cancelled}) {
    CHECK(verdict_of(progress_of({done, held, run_in("c", state, 1)}, {})) == kRunEnded);
  }
}

TEST_CASE("over: when nothing runs or waits") {
  CHECK(is_over(progress_of({run_in("a", db::State::done, 1)}, {})));
  CHECK(is_over(progress_of({run_in("a", db::State::held, 1)}, {})));
  CHECK_FALSE(is_over(progress_of({run_in("a", db::State::waiting, 0)}, {})));
}
