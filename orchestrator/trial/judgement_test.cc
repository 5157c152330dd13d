#include "orchestrator/trial/judgement.h"

#include "files/atomic_file.h"
#include "files/temporary_folder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace enigma;
using namespace enigma::trial;

namespace {

/// An attempt that says some things and ends with a code.
struct Told {
  Record record{.run = "r", .folder = {}, .lines = {}, .ended = Ended{}};
  std::string spool;
  int64_t seq = 0;

  Told& say(protocol::Body body) {
    spool += protocol::to_line({"r", {7, 0, 0, 5}, ++seq, 1.0, std::move(body)}) + "\n";
    record.lines = lines_of(spool);
    return *this;
  }
  Told& raw(const std::string& text) {
    spool += text;
    record.lines = lines_of(spool);
    return *this;
  }
  Told& ends(int code) {
    record.ended = Ended{.code = code, .signal = 0, .log_line = "its last words"};
    return *this;
  }
};

protocol::Metrics at(int64_t step) {
  return {.step = step, .windows = step, .flops = 1, .values = {}};
}
protocol::Eval eval_at(int64_t step, double loss = 1) {
  return {.step = step, .strategy = "x", .tier = "test", .loss = loss, .baseline_loss = 2, .n = 1};
}

Told good_run() {
  return Told()
      .say(protocol::Hello{.world = 1, .devices = {}, .revision = "x"})
      .say(at(1))
      .say(at(4))
      .say(eval_at(4))
      .say(protocol::Done{.step = 4, .flops = 1})
      .ends(0);
}

/// Names of the checks that fail.
std::string failed(const Checks& checks) {
  std::string names;
  for (const Check& check : checks) {
    if (!check.ok) { names += (names.empty() ? "" : " ") + check.name; }
  }
  return names;
}

const Check& named(const Checks& checks, const std::string& name) {
  return *std::ranges::find(checks, name, &Check::name);
}

}  // namespace

TEST_CASE("trial: a worker that keeps the protocol fails no check") {
  const Told good = good_run();
  CHECK(failed(check_lines("", good.record)).empty());
  CHECK(failed(check_end("", good.record, 4)).empty());
  CHECK(check_lines("whole: ", good.record)[0].name == "whole: spool");
}

TEST_CASE("trial: what is wrong with a line is said with its number") {
  Told told = good_run();
  told.raw("{\"run\": 3}\n");
  const Checks checks = check_lines("", told.record);
  CHECK(failed(checks) == "reports");
  CHECK(named(checks, "reports").line == 6);

  Told numbered;
  numbered.say(protocol::Hello{}).say(at(1));
  numbered.seq += 1;
  numbered.say(at(2));
  CHECK(failed(check_lines("", numbered.record)) == "seq");
  CHECK(named(check_lines("", numbered.record), "seq").line == 3);
  CHECK(failed(check_lines("", Told().say(at(1)).record)) == "hello");
  CHECK(failed(check_lines("", Told().say(protocol::Hello{}).say(at(5)).say(at(3)).record)) ==
        "steps");
  CHECK(failed(check_lines("", Told()
                                   .say(protocol::Hello{})
                                   .say(at(5))
                                   .say(protocol::Skipped{3, 5, "spike"})
                                   .say(at(3))
                                   .record))
            .empty());
  Told other = good_run();
  other.record.run = "another";
  CHECK(failed(check_lines("", other.record)) == "run");
}

TEST_CASE("trial: another process on a later line, and no spool at all") {
  Told told;
  told.say(protocol::Hello{});
  told.raw(protocol::to_line({"r", {8, 0, 0, 5}, 2, 1.0, at(1)}) + "\n");
  CHECK(failed(check_lines("", told.record)) == "attempt");
  const Checks none = check_lines("", Told().ends(3).record);
  CHECK(failed(none) == "spool");
  CHECK(named(none, "spool").found.find("its last words") != std::string::npos);
}

TEST_CASE("trial: a checkpoint is something below the attempt's folder") {
  const TemporaryFolder folder;
  write_atomically(folder.path() / "kept", "x");
  const auto checked = [&](const std::string& path) {
    Told told;
    told.record.folder = folder.path();
    told.say(protocol::Hello{}).say(protocol::Checkpoint{1, path, 1, "ab"});
    return failed(check_lines("", told.record));
  };
  CHECK(checked("kept").empty());
  CHECK(checked("./kept").empty());
  CHECK(checked("absent") == "checkpoints");
  CHECK(checked("../kept") == "checkpoints");
  CHECK(checked((folder.path() / "kept").string()) == "checkpoints");
}

TEST_CASE("trial: done counts with exit code 0, at the target, evaluated before") {
  CHECK(failed(check_end("", good_run().ends(1).record, 4)) == "exit");
  CHECK(failed(check_end("", good_run().record, 5)) == "done");
  const Told late = Told().say(protocol::Hello{}).say(protocol::Done{4, 1}).say(eval_at(4)).ends(0);
  CHECK(failed(check_end("", late.record, 4)) == "eval");
  const Told other =
      Told().say(protocol::Hello{}).say(eval_at(3)).say(protocol::Done{4, 1}).ends(0);
  CHECK(failed(check_end("", other.record, 4)) == "eval");
  const Told unknown = Told().say(eval_at(4, NAN)).say(protocol::Done{4, 1}).ends(0);
  CHECK(failed(check_end("", unknown.record, 4)) == "eval");
  Told hung = good_run();
  hung.record.ended.reset();
  CHECK(failed(check_end("", hung.record, 4)) == "exit");
}

TEST_CASE("trial: a preempted worker says so, and what code 75 says is true") {
  Told kept = Told().say(protocol::Hello{}).say(at(3)).say(protocol::Checkpoint{3, "c", 1, "ab"});
  CHECK(
      failed(check_preemption("", Told(kept).say(protocol::Preempted{3}).ends(75).record)).empty());
  CHECK(failed(check_preemption("", Told(kept).say(protocol::Preempted{4}).ends(75).record)) ==
        "kept");
  CHECK(failed(check_preemption("", Told(kept).ends(76).record)) == "preempted");
  CHECK(failed(check_preemption("", Told().say(protocol::Preempted{3}).ends(76).record)).empty());
  CHECK(failed(check_preemption("", Told().say(protocol::Preempted{3}).ends(0).record)) == "exit");
}

TEST_CASE("trial: what comes after goes on from the newest checkpoint") {
  const Record earlier =
      Told().say(protocol::Hello{}).say(protocol::Checkpoint{3, "c", 1, "ab"}).record;
  CHECK(failed(check_resumption("", Told().say(at(4)).record, {earlier})).empty());
  CHECK(failed(check_resumption("", Told().say(at(1)).record, {earlier})) == "resumed");
  CHECK(failed(check_resumption("", Told().record, {earlier})) == "resumed");
  CHECK(failed(check_resumption("", Told().say(at(1)).record, {Told().record})).empty());
}
