#include "orchestrator/decide/transition.h"

#include "diagnostics/check.h"
#include "orchestrator/decide/conditions.h"
#include "orchestrator/decide/ending.h"
#include "orchestrator/decide/explain.h"
#include "orchestrator/decide/move.h"
#include "orchestrator/decide/queue_limit.h"
#include "orchestrator/starts/start.h"

#include <algorithm>

namespace enigma::decide {
namespace {

using db::Attempt;
using db::Run;
using db::State;
using db::Wanted;

Attempt* find_attempt(Run& run, std::string_view token) {
  const auto found = std::find_if(run.attempts.begin(), run.attempts.end(),
                                  [&](const Attempt& a) { return a.token == token; });
  return found == run.attempts.end() ? nullptr : &*found;
}

void tell(Change& change, db::Time now, const std::string& kind, const std::string& text) {
  change.events.push_back({0, now, change.run.id, kind, text});
}

/// A quarter of the lease is fine enough for silence, and spares a write in most turns.
void see(Attempt& attempt, const Policy& policy, db::Time now) {
  if (!attempt.seen_at || is_due(*attempt.seen_at, policy.lease_s / 4, now)) {
    attempt.seen_at = now;
  }
}

/// Applies one observed state to one attempt of the change's run.
struct ObservedState {
  Change& change;
  Attempt& attempt;
  const Policy& policy;
  db::Time now;

  void operator()(const Unknown&) const {}
  void operator()(const Waiting& waiting) const {
    see(attempt, policy, now);
    if (change.run.state == State::running && !waiting.why.empty() && !attempt.ending) {
      change.run.why = text_of(waiting);
    }
  }
  void operator()(const Running& running) const {
    see(attempt, policy, now);
    if (!attempt.launched_at) { attempt.launched_at = now; }
    if (running.number) { attempt.number = running.number; }
    if (running.launcher_pid) { attempt.launcher_pid = running.launcher_pid; }
    if (running.launcher_start_ns) { attempt.launcher_start_ns = running.launcher_start_ns; }
    if (!running.nodes.empty()) { attempt.nodes = running.nodes; }
  }
  void operator()(const Ended& ended) const {
    if (ended.number) { attempt.number = ended.number; }
    if (!ended.nodes.empty()) { attempt.nodes = ended.nodes; }
    attempt.gone = true;
    if (!attempt.ending) {
      end_attempt(change, judge(change.run, attempt, ended, now), policy, now);
    }
  }
};

/// Writes down one action before it is performed.
struct Intent {
  Change& change;
  const Policy& policy;
  db::Time now;

  void operator()(const Submit& submit) const {
    if (Attempt* known = find_attempt(change.run, submit.token)) {
      known->tried_at = now;
      return;
    }
    ENIGMA_CHECK(!db::has_live_attempt(change.run), "one attempt at a time");
    Attempt attempt;
    attempt.token = submit.token;
    attempt.executor = change.run.executor;
    attempt.submitted_at = attempt.tried_at = now;
    change.run.attempts.push_back(attempt);
    move(change.run, State::running, "submitted");
    tell(change, now, "submitted_attempt", label_of(change.run, change.run.attempts.back()));
  }
  void operator()(const Cancel& cancel) const {
    Attempt& attempt = attempt_named(cancel.token);
    if (!attempt.cancel_at) {
      tell(change, now, "stopping", label_of(change.run, attempt) + " is asked to stop");
    }
    attempt.cancel_at = now;
  }
  void operator()(const GiveUp& action) const {
    Attempt& attempt = attempt_named(action.token);
    attempt.condemned = action.verdict;
    tell(change, now, "condemned", label_of(change.run, attempt) + ": " + action.verdict.line);
  }
  void operator()(const DeclareLost& action) const {
    ENIGMA_CHECK(change.run.attempts.back().token == action.token, "only the current one is lost");
    db::Ending ending{action.verdict.failure_class, action.source, action.verdict.line, {}, now};
    if (change.run.state != State::running || change.run.wanted != Wanted::run) {
      ending.failure_class = std::nullopt;
    }
    end_attempt(change, ending, policy, now);
  }
  void operator()(const Settle& settle) const {
    // What never had an attempt has nothing in the world that a mark would have to hold back.
    if (db::is_terminal(settle.state) && change.run.attempts.empty()) { change.run.settled = true; }
    if (change.run.state == settle.state) { return; }
    const std::string state(db::name_of(settle.state));
    const std::string why = change.run.wanted_by.empty() ? "on request" : change.run.wanted_by;
    move(change.run, settle.state, state + (change.run.wanted_by.empty() ? " " : ": ") + why);
    tell(change, now, state, why);
  }
  void operator()(const HoldBack& hold) const {
    change.run.wanted = Wanted::hold;
    change.run.wanted_by = hold.why;
    tell(change, now, "held_back", hold.why);
  }
  Attempt& attempt_named(std::string_view token) const {
    Attempt* attempt = find_attempt(change.run, token);
    ENIGMA_CHECK(attempt != nullptr, "actions name attempts of the run");
    return *attempt;
  }
};

/// An attempt that the scheduler has started by itself after the last one, or nothing where the
/// observation is of something else. Of a run that has ended otherwise it is a ghost, to be
/// stopped.
Attempt* add_later_start(Change& change, const Observation& seen, db::Time now) {
  Run& run = change.run;
  if (run.attempts.empty() || db::has_live_attempt(run)) { return nullptr; }
  const Attempt& last = run.attempts.back();
  const bool follows = submission_of(last.token) == submission_of(seen.token) &&
                       start_of(seen.token) > start_of(last.token);
  if (!follows || std::holds_alternative<Unknown>(seen.state)) { return nullptr; }
  Attempt next;
  next.token = seen.token;
  next.executor = last.executor;
  next.submitted_at = next.tried_at = now;
  if (run.state == State::waiting && run.wanted == Wanted::run) {
    move(run, State::running, "started again by the scheduler");
  } else {
    next.ended_at = now;
    next.ending = db::Ending{{}, "scheduler", "started again after the run had ended", {}, now};
  }
  run.attempts.push_back(next);
  tell(change, now, "submitted_attempt",
       label_of(run, run.attempts.back()) + ", started again by the scheduler");
  return &run.attempts.back();
}

bool cancel(Run& run) {
  if (db::is_terminal(run.state) || run.wanted == Wanted::cancel) { return false; }
  run.wanted = Wanted::cancel;
  run.wanted_by.clear();
  return true;
}

bool hold(Run& run) {
  if (db::is_terminal(run.state) || run.wanted != Wanted::run) { return false; }
  run.wanted = Wanted::hold;
  run.wanted_by.clear();
  return true;
}

bool resume(Run& run) {
  if (run.state == State::done) { return false; }
  if (run.wanted == Wanted::run && (run.state == State::waiting || run.state == State::running)) {
    return false;
  }
  run.wanted = Wanted::run;
  run.wanted_by.clear();
  if (run.state == State::waiting || run.state == State::running) { return true; }
  move_by_request(run, State::waiting, "resumed on request");
  run.failures.clear();
  run.retry_at = 0;
  run.settled = false;
  return true;
}

}  // namespace

Change on_observation(Run run, const Observation& observation, const Policy& policy, db::Time now) {
  Change change{std::move(run), {}};
  Attempt* attempt = find_attempt(change.run, observation.token);
  if (attempt == nullptr) { attempt = add_later_start(change, observation, now); }
  if (attempt == nullptr || attempt->gone) { return change; }
  std::visit(ObservedState{change, *attempt, policy, now}, observation.state);
  return change;
}

Change on_action(Run run, const Action& action, const Policy& policy, db::Time now) {
  Change change{std::move(run), {}};
  std::visit(Intent{change, policy, now}, action);
  return change;
}

Change on_refusal(Run run, std::string_view token, const std::string& why, db::Time now) {
  Change change{std::move(run), {}};
  const Attempt* attempt = find_attempt(change.run, token);
  const std::string text = "the executor did not take it: " + why;
  if (attempt == nullptr || attempt->ending || change.run.why == text) { return change; }
  if (change.run.state == State::running) { change.run.why = text; }
  tell(change, now, "refused", label_of(change.run, *attempt) + ": " + text);
  return change;
}

Change on_queue_full(Run run, std::string_view token, const std::string& why, db::Time now) {
  Change change{std::move(run), {}};
  Attempt* attempt = find_attempt(change.run, token);
  if (attempt == nullptr || attempt->ending) { return change; }
  // An earlier call for the same submission may have brought it there.
  if (attempt->tried_at != attempt->submitted_at) {
    return on_refusal(std::move(change.run), token, why, now);
  }
  attempt->gone = true;
  attempt->ended_at = now;
  attempt->ending = db::Ending{{}, "scheduler", "the queue takes no more: " + why, {}, now};
  tell(change, now, "refused",
       label_of(change.run, *attempt) + ": the queue takes no more: " + why);
  if (change.run.state == State::running && !rest_as_asked(change.run)) {
    move(change.run, State::waiting, "waits until the queue takes more (" + why + ")");
    change.run.retry_at = now + kQueuePause_s;
  }
  return change;
}

Change on_settled(Run run, db::Time) {
  ENIGMA_CHECK(db::is_terminal(run.state), "only what has ended is settled");
  run.settled = true;
  return {std::move(run), {}};
}

Change on_request(Run run, Request request, db::Time now) {
  Change change{std::move(run), {}};
  const bool changed = request == Request::cancel ? cancel(change.run)
                       : request == Request::hold ? hold(change.run)
                                                  : resume(change.run);
  const char* word = request == Request::cancel ? "cancel"
                     : request == Request::hold ? "hold"
                                                : "resume";
  if (changed) { tell(change, now, "requested", word); }
  return change;
}

}  // namespace enigma::decide
