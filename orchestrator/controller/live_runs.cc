#include "orchestrator/controller/live_runs.h"

#include "orchestrator/decide/conditions.h"
#include "orchestrator/decide/pool.h"

#include <algorithm>
#include <utility>

namespace enigma {
namespace {

using db::State;
using db::Wanted;

bool all_gone(const db::Run& run) {
  return std::all_of(run.attempts.begin(), run.attempts.end(),
                     [](const db::Attempt& attempt) { return attempt.gone; });
}

bool is_over(const db::Run& run) {
  return db::is_terminal(run.state) && all_gone(run);
}

/// An attempt that may live, or a request that is not met.
bool is_active(const db::Run& run) {
  if (db::is_terminal(run.state)) { return !all_gone(run); }
  return run.state == State::running || !all_gone(run) || run.wanted == Wanted::cancel ||
         (run.wanted == Wanted::hold && run.state == State::waiting);
}

}  // namespace

LiveRuns::LiveRuns(std::vector<db::Run> unsettled, decide::Policy policy)
    : policy_(std::move(policy)) {
  for (db::Run& run : unsettled) { put(std::move(run)); }
}

const db::Run* LiveRuns::find(const std::string& id) const {
  const auto found = runs_.find(id);
  return found == runs_.end() ? nullptr : &found->second;
}

void LiveRuns::put(db::Run run) {
  const auto known = runs_.find(run.id);
  if (known != runs_.end()) {
    leave(known->second);
    if (run.settled) {
      runs_.erase(known);
    } else {
      known->second = std::move(run);
      enter(known->second);
    }
  } else if (!run.settled) {
    const std::string id = run.id;
    enter(runs_.emplace(id, std::move(run)).first->second);
  }
}

std::vector<db::Run> LiveRuns::for_turn(db::Time now, const IsHeld& is_held) const {
  std::vector<db::Run> chosen;
  for (const auto& [id, run] : active_) { chosen.push_back(*run); }
  for (const auto& [id, run] : ended_) {
    chosen.push_back(*run);
    if (chosen.size() == active_.size() + kEndedMax) { break; }
  }
  for (const auto& [pool, queue] : queues_) { choose(pool, now, is_held, chosen); }
  std::sort(chosen.begin(), chosen.end(),
            [](const db::Run& a, const db::Run& b) { return a.id < b.id; });
  return chosen;
}

// A queue is served in order and stops at the first that doesn't fit: nobody behind is needed.
void LiveRuns::choose(const std::string& pool, db::Time now, const IsHeld& is_held,
                      std::vector<db::Run>& chosen) const {
  const auto& queue = queues_.at(pool);
  const int64_t size = decide::size_of(policy_, pool);
  int64_t taken = 0;
  size_t held = 0;
  for (auto next = queue.begin(); next != queue.end() && taken < size; ++next) {
    const db::Run& run = *next->second;
    if (is_held && is_held(run)) {
      chosen.push_back(run);
      if (++held == kHeldMax) { break; }
      continue;
    }
    if (decide::not_before(run, now) > now) { continue; }
    chosen.push_back(run);
    taken += decide::share_of(policy_, run);
  }
}

bool LiveRuns::has_live_attempts() const {
  return std::any_of(active_.begin(), active_.end(), [this](const auto& entry) {
    const db::Run& run = *entry.second;
    return db::has_live_attempt(run) &&
           decide::pool_of(policy_, run.attempts.back().executor).empty();
  });
}

LiveRuns::Rank LiveRuns::rank_of(const db::Run& run) {
  return {-run.priority, run.position, run.id};
}

void LiveRuns::enter(const db::Run& run) {
  if (run.state == State::held) { ++held_; }
  if (is_over(run)) {
    ended_[run.id] = &run;
  } else if (is_active(run)) {
    active_[run.id] = &run;
  } else if (run.state == State::waiting) {
    const std::string pool = decide::pool_of(policy_, run.executor);
    if (decide::share_of(policy_, run) <= decide::size_of(policy_, pool)) {
      queues_[pool][rank_of(run)] = &run;
    }
  }
}

void LiveRuns::leave(const db::Run& run) {
  if (run.state == State::held) { --held_; }
  active_.erase(run.id);
  ended_.erase(run.id);
  const auto queue = queues_.find(decide::pool_of(policy_, run.executor));
  if (queue != queues_.end()) { queue->second.erase(rank_of(run)); }
}

}  // namespace enigma
