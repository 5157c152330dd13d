#include "orchestrator/decide/explain.h"

#include "orchestrator/decide/conditions.h"
#include "orchestrator/decide/pool.h"
#include "orchestrator/decide/reconcile.h"

#include <fmt/format.h>

#include <algorithm>

namespace enigma::decide {
namespace {

using db::Run;
using db::State;

std::string of_waiting(const Run& run, const Snapshot& snapshot, const Policy& policy,
                       db::Time now) {
  if (const auto why = hindrance(run, snapshot, policy, now)) { return "waiting: " + *why; }
  const std::vector<const Run*> ready = queue(snapshot, policy, now);
  const std::string pool = pool_of(policy, run.executor);
  const int64_t size = size_of(policy, pool), used = slots_used(snapshot, policy)[pool];
  int64_t free = size - used;
  int64_t before = 0;
  for (const Run* other : ready) {
    if (other->id == run.id) { break; }
    if (pool_of(policy, other->executor) != pool) { continue; }
    free -= share_of(policy, *other);
    ++before;
  }
  const int64_t share = share_of(policy, run);
  if (free >= share) { return "waiting: it starts with the next turn"; }
  return fmt::format("waiting: it needs {} of {} slots, {} are taken, and {} run(s) are before it",
                     share, size, used, before);
}

struct Show {
  const Run& run;
  const db::Attempt& attempt;
  std::string operator()(const Unknown&) const {
    return is_unseen(attempt) ? "submitted; nobody has seen it yet"
                              : "running, but not seen at the moment";
  }
  // The run's own words hold the scheduler's last reason.
  std::string operator()(const Waiting& waiting) const {
    const bool says_why = run.why.starts_with(text_of(Waiting{}));
    return "submitted; " + (waiting.why.empty() && says_why ? run.why : text_of(waiting));
  }
  std::string operator()(const Running&) const {
    if (attempt.seq == 0) { return "launched; no report yet"; }
    return fmt::format("running at step {}", attempt.progress.step);
  }
  std::string operator()(const Ended&) const {
    return "its process has ended; its last reports are being read";
  }
};

std::string of_running(const Run& run, const Snapshot& snapshot) {
  const db::Attempt& attempt = run.attempts.back();
  if (attempt.condemned) { return "being stopped: " + attempt.condemned->line; }
  if (!run.wanted_by.empty()) { return "being stopped: " + run.wanted_by; }
  if (run.wanted != db::Wanted::run) {
    return "being stopped: asked to " + std::string(db::name_of(run.wanted));
  }
  return std::visit(Show{run, attempt}, state_of(snapshot.observations, attempt.token));
}

}  // namespace

std::string text_of(const Waiting& waiting) {
  return waiting.why.empty() ? "in the queue" : "in the queue (" + waiting.why + ")";
}

std::string explain(const Run& run, const Snapshot& snapshot, const Policy& policy, db::Time now) {
  switch (run.state) {
    case State::waiting:
      return of_waiting(run, snapshot, policy, now);
    case State::running:
      return of_running(run, snapshot);
    case State::held:
    case State::done:
    case State::failed:
    case State::cancelled:
      break;
  }
  const std::string state(db::name_of(run.state));
  if (run.why.starts_with(state)) { return run.why; }
  return run.why.empty() ? state : state + ": " + run.why;
}

}  // namespace enigma::decide
