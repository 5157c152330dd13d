#include "orchestrator/decide/ending.h"

#include "diagnostics/check.h"
#include "orchestrator/decide/move.h"
#include "orchestrator/decide/retry.h"

#include <fmt/format.h>

#include <algorithm>

namespace enigma::decide {
namespace {

using db::Ending;
using db::State;
using protocol::FailureClass;

bool is_preemption(const Ended& ended) {
  return ended.signal == 0 && ended.code && protocol::is_preemption(*ended.code);
}

/// The end as the launcher tells it: exit code, signal, or nothing but dead processes.
Ending judge_exit(const db::Run& run, const db::Attempt& attempt, const Ended& ended) {
  Ending ending;
  ending.exit_code = ended.code;
  ending.evidence_source = ended.signal != 0 ? "signal" : "exit_file";
  if (ended.cause) {
    ending.failure_class = ended.cause;
    ending.evidence_source = "scheduler";
    ending.evidence_line = ended.line;
    return ending;
  }
  if (ended.root && !ended.memory_exhausted && !is_preemption(ended)) {
    ending.failure_class = ended.root->failure_class;
    ending.evidence_source = "log";
    ending.evidence_line = ended.root->line;
    ending.node = ended.root->node;
    return ending;
  }
  const std::string tail = ended.line.empty() ? "" : ": " + ended.line;
  if (!ended.code && ended.signal == 0) {
    ending.failure_class = FailureClass::node_failure;
    ending.evidence_source = "launcher";
    ending.evidence_line = "its processes are gone and left no exit file" + tail;
    return ending;
  }
  ending.failure_class =
      protocol::class_of_exit(ended.code.value_or(0), ended.signal, ended.memory_exhausted);
  ending.evidence_line = ended.signal != 0 ? fmt::format("signal {}{}", ended.signal, tail)
                                           : fmt::format("exit code {}{}", *ended.code, tail);
  if (!ending.failure_class) {
    ending.failure_class = FailureClass::code;
    ending.evidence_line =
        fmt::format("exit code 0, but no done of step {} with an eval was reported; last step {}",
                    run.target_step, attempt.progress.step);
  }
  return ending;
}

/// What the worker itself reports counts, unless it is a collective's error and another rank
/// names what was behind it.
bool report_counts(const db::Attempt& attempt, const Ended& ended) {
  if (!attempt.said_failure || is_preemption(ended) || ended.memory_exhausted) { return false; }
  return attempt.said_failure->failure_class != FailureClass::nccl || !ended.root ||
         ended.root->failure_class == FailureClass::nccl;
}

/// So many attempts without a new checkpoint are told: more of them will bring no more.
constexpr int64_t kStalled = 3;

/// The last attempts in a row that have started and left no checkpoint beyond what was there
/// before.
int64_t stalled_attempts(const db::Run& run) {
  int64_t stalled = 0, newest = -1;
  for (const db::Attempt& attempt : run.attempts) {
    if (attempt.seq == 0) { continue; }
    const int64_t left =
        attempt.checkpoint_steps.empty() ? -1 : std::ranges::max(attempt.checkpoint_steps);
    stalled = left > newest ? 0 : stalled + 1;
    newest = std::max(newest, left);
  }
  return stalled;
}

void tell_stall(Change& change, db::Time now) {
  const int64_t stalled = stalled_attempts(change.run);
  if (stalled == 0 || stalled % kStalled != 0) { return; }
  const std::string text = fmt::format(
      "{} attempts in a row have left no new checkpoint: checkpoint more often, or give its jobs "
      "more time",
      stalled);
  change.run.why += "; " + text;
  change.events.push_back({0, now, change.run.id, "no_new_checkpoint", text});
}

/// Counts the failure; waits for another try or gives the run up.
void fail(Change& change, const Ending& ending, const Policy& policy, db::Time now) {
  db::Run& run = change.run;
  const FailureClass failure_class = ending.failure_class.value_or(FailureClass::code);
  const std::string name(protocol::name_of(failure_class));
  const int64_t failures = ++run.failures[name];
  const std::string text = name + ": " + ending.evidence_line;
  if (const auto at = retry_at(run, failure_class, policy, now)) {
    move(run, State::waiting, "will be tried again after " + text);
    run.retry_at = *at;
    tell_stall(change, now);
    return;
  }
  move(run, State::failed, text);
  change.events.push_back(
      {0, now, run.id, "failed", fmt::format("{} ({} of this class)", text, failures)});
}

}  // namespace

Ending judge(const db::Run& run, const db::Attempt& attempt, const Ended& ended, db::Time now) {
  Ending ending = judge_exit(run, attempt, ended);
  ending.at = now;
  if (run.state == State::done) {
    ending.failure_class = std::nullopt;
    ending.evidence_line = "done";
  } else if (attempt.condemned) {
    ending.failure_class = attempt.condemned->failure_class;
    ending.evidence_source = "timeout";
    ending.evidence_line = attempt.condemned->line;
  } else if (run.wanted != db::Wanted::run) {
    ending.failure_class = std::nullopt;
  } else if (report_counts(attempt, ended)) {
    ending.failure_class = attempt.said_failure->failure_class;
    ending.evidence_source = "report";
    ending.evidence_line = attempt.said_failure->line;
  }
  return ending;
}

std::string label_of(const db::Run& run, const db::Attempt& attempt) {
  if (attempt.number) { return fmt::format("attempt {}", *attempt.number); }
  return fmt::format("submission {}", &attempt - run.attempts.data() + 1);
}

void end_attempt(Change& change, const Ending& ending, const Policy& policy, db::Time now) {
  db::Run& run = change.run;
  ENIGMA_CHECK(db::has_live_attempt(run), "only a live attempt ends");
  db::Attempt& attempt = run.attempts.back();
  attempt.ending = ending;
  attempt.ended_at = ending.at;
  const std::string word(ending.failure_class ? protocol::name_of(*ending.failure_class)
                                              : std::string_view("ended"));
  change.events.push_back(
      {0, now, run.id, "ended",
       fmt::format("{}: {}: {}", label_of(run, attempt), word, ending.evidence_line)});
  if (run.state == State::running && !rest_as_asked(run)) { fail(change, ending, policy, now); }
}

bool rest_as_asked(db::Run& run) {
  if (run.wanted == db::Wanted::run) { return false; }
  const bool cancelled = run.wanted == db::Wanted::cancel;
  const std::string why = run.wanted_by.empty() ? " on request" : ": " + run.wanted_by;
  move(run, cancelled ? State::cancelled : State::held, (cancelled ? "cancelled" : "held") + why);
  return true;
}

}  // namespace enigma::decide
