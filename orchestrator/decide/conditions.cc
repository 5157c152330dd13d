#include "orchestrator/decide/conditions.h"

#include "orchestrator/decide/pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace enigma::decide {
namespace {

using db::Attempt;
using db::Run;
using db::State;
using db::Verdict;
using db::Wanted;
using protocol::FailureClass;

bool is_unknown(const JobState& state) {
  return std::holds_alternative<Unknown>(state);
}
bool is_shown(const JobState& state) {
  return std::holds_alternative<Running>(state) || std::holds_alternative<Waiting>(state);
}

}  // namespace

bool is_due(db::Time at, double wait_s, db::Time now) {
  return at > now || now - at >= wait_s;
}

double watched_s(db::Time at, db::Time watching_since, db::Time now) {
  return now - (at > now ? watching_since : std::max(at, watching_since));
}

bool is_unseen(const Attempt& attempt) {
  return !attempt.seen_at && attempt.seq == 0;
}

bool is_ghost(const Attempt& attempt, const JobState& state) {
  return attempt.ending && !attempt.gone && is_shown(state);
}

std::optional<Verdict> lost(const Run& run, const Attempt& attempt, const JobState& state,
                            db::Time watching_since, const Policy& policy, db::Time now) {
  if (!is_unknown(state)) { return std::nullopt; }
  if (is_unseen(attempt)) {
    const double wait_s = run.wanted == Wanted::run ? policy.never_started_s : policy.lease_s;
    const double age_s = watched_s(attempt.submitted_at, watching_since, now);
    if (age_s < wait_s) { return std::nullopt; }
    return Verdict{FailureClass::never_started,
                   fmt::format("no sign of it for {:.0f} s after its submission", age_s)};
  }
  const double silent_s = std::min(watched_s(attempt.seen_at.value_or(0), watching_since, now),
                                   watched_s(attempt.progress.reported_at, watching_since, now));
  if (silent_s < policy.lease_s) { return std::nullopt; }
  if (attempt.condemned) { return attempt.condemned; }
  return Verdict{FailureClass::node_failure, fmt::format("not seen for {:.0f} s", silent_s)};
}

std::optional<Verdict> stuck(const Run& run, const Attempt& attempt, const JobState& state,
                             db::Time watching_since, const Policy& policy, db::Time now) {
  if (!std::holds_alternative<Running>(state) || attempt.condemned) { return std::nullopt; }
  if (run.state != State::running || run.wanted != Wanted::run) { return std::nullopt; }
  if (attempt.seq == 0) {
    const double age_s = watched_s(attempt.launched_at.value_or(now), watching_since, now);
    if (age_s < policy.never_started_s) { return std::nullopt; }
    return Verdict{FailureClass::never_started,
                   fmt::format("launched, but no report for {:.0f} s", age_s)};
  }
  const double silent_s = watched_s(attempt.progress.reported_at, watching_since, now);
  if (silent_s < policy.hang_s) { return std::nullopt; }
  return Verdict{FailureClass::hang, fmt::format("no report for {:.0f} s", silent_s)};
}

bool is_unwanted(const Run& run, const Attempt& attempt, const JobState& state,
                 const Policy& policy, db::Time now) {
  if (attempt.gone || std::holds_alternative<Ended>(state)) { return false; }
  if (attempt.ending) { return is_ghost(attempt, state); }
  if (run.state == State::done) {
    return is_due(attempt.progress.reported_at, policy.linger_s, now);
  }
  return run.wanted != Wanted::run || attempt.condemned.has_value();
}

bool may_ask_again(const Attempt& attempt, const Policy& policy, db::Time now) {
  return !attempt.cancel_at || is_due(*attempt.cancel_at, policy.cancel_again_s, now);
}

namespace {

/// Whether an ended attempt may still have a process: shown by the world, or given up so recently
/// that it may yet show itself.
bool has_leftovers(const Run& run, const Snapshot& snapshot, const Policy& policy, db::Time now) {
  return std::any_of(run.attempts.begin(), run.attempts.end(), [&](const Attempt& attempt) {
    if (attempt.gone) { return false; }
    return is_ghost(attempt, state_of(snapshot.observations, attempt.token)) ||
           watched_s(attempt.ended_at.value_or(now), snapshot.watching_since, now) <
               policy.look_after_s;
  });
}

}  // namespace

std::optional<State> rest(const Run& run, const Snapshot& snapshot, const Policy& policy,
                          db::Time now) {
  if (db::has_live_attempt(run) || has_leftovers(run, snapshot, policy, now)) {
    return std::nullopt;
  }
  if (db::is_terminal(run.state)) { return run.state; }
  if (run.wanted == Wanted::cancel) { return State::cancelled; }
  if (run.wanted == Wanted::hold && run.state == State::waiting) { return State::held; }
  return std::nullopt;
}

db::Time not_before(const Run& run, db::Time now) {
  const bool set_back = !run.attempts.empty() && run.attempts.back().ended_at.value_or(now) > now;
  return set_back ? now : run.retry_at;
}

std::optional<std::string> hindrance(const Run& run, const Snapshot& snapshot, const Policy& policy,
                                     db::Time now) {
  if (run.state != State::waiting) { return std::string(db::name_of(run.state)); }
  if (!run.wanted_by.empty()) { return "it will be held: " + run.wanted_by; }
  if (run.wanted != Wanted::run) {
    return "it is asked to " + std::string(db::name_of(run.wanted));
  }
  const int64_t share = share_of(policy, run);
  const int64_t size = size_of(policy, pool_of(policy, run.executor));
  if (share > size) { return fmt::format("it needs {} slots, and there are {}", share, size); }
  if (const db::Time at = not_before(run, now); at > now) {
    return fmt::format("it {}, in {:.0f} s", run.why, at - now);
  }
  for (const Attempt& attempt : run.attempts) {
    if (is_ghost(attempt, state_of(snapshot.observations, attempt.token))) {
      return "an earlier attempt that was given up still lives and is being stopped";
    }
  }
  if (auto why = held_by(run, snapshot.accounts)) { return why; }
  return waits_for(run, snapshot.accounts, snapshot.runs);
}

std::vector<const Run*> queue(const Snapshot& snapshot, const Policy& policy, db::Time now) {
  std::vector<const Run*> ready;
  for (const Run& run : snapshot.runs) {
    if (!hindrance(run, snapshot, policy, now)) { ready.push_back(&run); }
  }
  std::sort(ready.begin(), ready.end(), [](const Run* a, const Run* b) {
    return std::tuple(-a->priority, a->position, std::string_view(a->id)) <
           std::tuple(-b->priority, b->position, std::string_view(b->id));
  });
  return ready;
}

}  // namespace enigma::decide
