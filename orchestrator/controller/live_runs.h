// The runs that a controller looks after, in memory: read from the store once, then kept as they
// are written. A turn costs what runs, ends or may start, not what waits.
#pragma once

#include "db/run.h"
#include "orchestrator/decide/policy.h"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace enigma {

class LiveRuns {
 public:
  /// Ended runs that one turn is given: each needs a mark, which is a file that is synced.
  static constexpr size_t kEndedMax = 16;

  /// Runs to be held that one turn is given, of each pool.
  static constexpr size_t kHeldMax = 256;
  /// Whether a run that may start is to be held instead.
  using IsHeld = std::function<bool(const db::Run&)>;

  /// A run that needs more than the policy's slots never starts.
  LiveRuns(std::vector<db::Run> unsettled, decide::Policy policy);
  LiveRuns(LiveRuns&&) = default;
  LiveRuns& operator=(LiveRuns&&) = default;

  /// Nothing where the run is settled or unknown.
  const db::Run* find(const std::string& id) const;
  /// A run as it has been written. A settled one is forgotten.
  void put(db::Run run);

  /// What a turn has to look at, by id: every run with an attempt that may live or a request that
  /// is not met, some of those that have ended, and of those that may start, in the queue's order,
  /// as many as there are slots for. Besides them, some of those that are to be held.
  std::vector<db::Run> for_turn(db::Time now, const IsHeld& is_held = {}) const;

  /// Every run with an attempt that may live, or a request that is not met, by id. They stand until
  /// the next `put`.
  const std::map<std::string, const db::Run*>& active() const { return active_; }

  /// Whether anything runs, waits or ends (held runs do none of it).
  bool busy() const { return held_ < runs_.size(); }
  /// Whether an attempt lives that takes a slot of this machine. What stands in a scheduler's queue
  /// is asked for in the scheduler's own time.
  bool has_live_attempts() const;
  /// Whether runs have ended that are not settled yet.
  bool has_ended() const { return !ended_.empty(); }

 private:
  /// The queue's order (decide/conditions.h): by priority, high first, then by position, then by
  /// id.
  using Rank = std::tuple<int64_t, int64_t, std::string>;
  static Rank rank_of(const db::Run& run);
  void enter(const db::Run& run);
  void leave(const db::Run& run);
  void choose(const std::string& pool, db::Time now, const IsHeld& is_held,
              std::vector<db::Run>& chosen) const;

  decide::Policy policy_;
  size_t held_ = 0;
  std::map<std::string, db::Run> runs_;
  // Each run stands in one of these, or in none: held, or too wide to start.
  std::map<std::string, const db::Run*> active_, ended_;
  std::map<std::string, std::map<Rank, const db::Run*>> queues_;  ///< by pool
};

}  // namespace enigma
