#include "orchestrator/decide/reconcile.h"

#include "orchestrator/decide/conditions.h"
#include "orchestrator/decide/pool.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

namespace enigma::decide {
namespace {

using db::Attempt;
using db::Run;

/// One run's current attempt beside what the world shows of it.
struct Current {
  const Run& run;
  const Attempt& attempt;
  JobState state;
};

/// Live attempts that the world does not show any more, or never did.
std::vector<Action> declare_lost(const std::vector<Current>& live, const Snapshot& snapshot,
                                 const Policy& policy, db::Time now) {
  std::vector<Action> plan;
  for (const Current& c : live) {
    if (const auto verdict =
            lost(c.run, c.attempt, c.state, snapshot.watching_since, policy, now)) {
      plan.push_back(DeclareLost{c.run.id, c.attempt.token, *verdict,
                                 is_unseen(c.attempt) ? "timeout" : "silence"});
    }
  }
  return plan;
}

/// Live attempts that are there, but do nothing.
std::vector<Action> give_up(const std::vector<Current>& live, const Snapshot& snapshot,
                            const Policy& policy, db::Time now) {
  std::vector<Action> plan;
  for (const Current& c : live) {
    if (const auto verdict =
            stuck(c.run, c.attempt, c.state, snapshot.watching_since, policy, now)) {
      plan.push_back(GiveUp{c.run.id, c.attempt.token, *verdict});
    }
  }
  return plan;
}

/// Attempts that have no reason to run, asked again and again until they are seen to have ended.
std::vector<Action> cancel(const Snapshot& snapshot, const Policy& policy, db::Time now) {
  std::vector<Action> plan;
  for (const Run& run : snapshot.runs) {
    for (const Attempt& attempt : run.attempts) {
      const JobState state = state_of(snapshot.observations, attempt.token);
      if (is_unwanted(run, attempt, state, policy, now) && may_ask_again(attempt, policy, now)) {
        plan.push_back(Cancel{run.id, attempt.token});
      }
    }
  }
  return plan;
}

/// Runs that come to rest, and marks that are still to be written.
std::vector<Action> settle(const Snapshot& snapshot, const Policy& policy, db::Time now) {
  std::vector<Action> plan;
  for (const Run& run : snapshot.runs) {
    if (const auto state = rest(run, snapshot, policy, now)) {
      plan.push_back(Settle{run.id, *state});
    }
  }
  return plan;
}

/// Why a run is to be held: a ceiling, or a stop rule while it is at work.
std::optional<std::string> why_held(const Run& run, const Snapshot& snapshot) {
  const auto stopped = snapshot.stopped.find(run.id);
  const bool at_work = run.state == db::State::running && run.wanted == db::Wanted::run;
  if (at_work && stopped != snapshot.stopped.end()) { return stopped->second; }
  return held_by(run, snapshot.accounts);
}

std::vector<Action> hold_back(const Snapshot& snapshot) {
  std::vector<Action> plan;
  for (const Run& run : snapshot.runs) {
    if (auto why = why_held(run, snapshot)) { plan.push_back(HoldBack{run.id, std::move(*why)}); }
  }
  return plan;
}

/// What a run that starts now takes of its sweeps' ceilings is no longer there for the next one.
void charge(std::vector<Account>& accounts, const Run& run) {
  for (Account& account : accounts) {
    const auto expected = account.expected_device_hours.find(run.id);
    if (expected == account.expected_device_hours.end()) { continue; }
    account.used_device_hours += remaining_device_hours(run, expected->second);
  }
}

/// Submissions that may have been lost on the way: the same token again.
std::vector<Action> submit_again(const std::vector<Current>& live, const Policy& policy,
                                 db::Time now) {
  std::vector<Action> plan;
  for (const Current& c : live) {
    if (c.run.wanted == db::Wanted::run && c.run.state == db::State::running &&
        is_unseen(c.attempt) && std::holds_alternative<Unknown>(c.state) &&
        is_due(c.attempt.tried_at, policy.submit_again_s, now)) {
      plan.push_back(Submit{c.run.id, c.attempt.token});
    }
  }
  return plan;
}

/// What a queue has been seen to take; without limit where it has refused nothing.
int64_t room_of(const Snapshot& snapshot, const std::string& pool, db::Time now) {
  const auto limit = snapshot.limits.find(pool);
  return limit == snapshot.limits.end() ? std::numeric_limits<int64_t>::max()
                                        : runs_allowed(limit->second, now);
}

/// New attempts, in order of the queue, until tokens or the slots of each pool run out: the first
/// that does not fit keeps those behind it from passing by. A ceiling keeps back its own runs
/// alone.
std::vector<Action> place(const Snapshot& snapshot, const Policy& policy, db::Time now) {
  std::vector<Action> plan;
  std::map<std::string, int64_t> used = slots_used(snapshot, policy);
  std::set<std::string> full;
  std::vector<Account> accounts = snapshot.accounts;
  for (const Run* run : queue(snapshot, policy, now)) {
    if (plan.size() == snapshot.tokens.size()) { break; }
    const std::string pool = pool_of(policy, run->executor);
    const int64_t share = share_of(policy, *run), size = size_of(policy, pool);
    if (share > size || full.contains(pool)) { continue; }
    if (used[pool] + share > std::min(size, room_of(snapshot, pool, now))) {
      full.insert(pool);
      continue;
    }
    if (waits_for(*run, accounts, snapshot.runs)) { continue; }
    charge(accounts, *run);
    used[pool] += share;
    plan.push_back(Submit{run->id, snapshot.tokens[plan.size()]});
  }
  return plan;
}

void append(std::vector<Action>& plan, std::vector<Action> more) {
  plan.insert(plan.end(), more.begin(), more.end());
}

}  // namespace

std::map<std::string, int64_t> slots_used(const Snapshot& snapshot, const Policy& policy) {
  std::map<std::string, int64_t> used;
  for (const Run& run : snapshot.runs) {
    for (const Attempt& attempt : run.attempts) {
      if (!attempt.ending || is_ghost(attempt, state_of(snapshot.observations, attempt.token))) {
        const std::string pool = pool_of(policy, attempt.executor);
        used[pool] += pool.empty() ? run.slots : 1;
      }
    }
  }
  return used;
}

std::vector<Action> reconcile(const Snapshot& snapshot, const Policy& policy, db::Time now) {
  std::vector<Current> live;
  for (const Run& run : snapshot.runs) {
    if (db::has_live_attempt(run)) {
      live.push_back(
          {run, run.attempts.back(), state_of(snapshot.observations, run.attempts.back().token)});
    }
  }
  std::vector<Action> plan = declare_lost(live, snapshot, policy, now);
  const auto is_lost = [&](const Current& c) {
    return std::any_of(plan.begin(), plan.end(), [&](const Action& action) {
      const DeclareLost* lost = std::get_if<DeclareLost>(&action);
      return lost != nullptr && lost->token == c.attempt.token;
    });
  };
  std::vector<Current> kept;
  std::copy_if(live.begin(), live.end(), std::back_inserter(kept),
               [&](const Current& c) { return !is_lost(c); });
  append(plan, give_up(kept, snapshot, policy, now));
  append(plan, cancel(snapshot, policy, now));
  append(plan, settle(snapshot, policy, now));
  append(plan, hold_back(snapshot));
  append(plan, submit_again(kept, policy, now));
  append(plan, place(snapshot, policy, now));
  return plan;
}

}  // namespace enigma::decide
