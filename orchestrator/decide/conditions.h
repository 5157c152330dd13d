// The conditions that reconcile() and explain() both ask for, so that they cannot disagree.
#pragma once

#include "orchestrator/decide/policy.h"
#include "orchestrator/decide/snapshot.h"

#include <optional>
#include <string>
#include <vector>

namespace enigma::decide {

/// Whether `wait_s` have passed since `at`. A time that lies ahead was written before the clock was
/// set back, and holds nobody.
bool is_due(db::Time at, double wait_s, db::Time now);
/// Seconds since `at` for which somebody was looking. What lies ahead counts from the watch's
/// start.
double watched_s(db::Time at, db::Time watching_since, db::Time now);

/// Neither the executor nor the worker itself has given a sign of it.
bool is_unseen(const db::Attempt& attempt);
/// An ended attempt whose process the world still shows.
bool is_ghost(const db::Attempt& attempt, const JobState& state);

/// Why a live attempt is given up: not seen for a lease, or never seen at all. None: it is not.
std::optional<db::Verdict> lost(const db::Run& run, const db::Attempt& attempt,
                                const JobState& state, db::Time watching_since,
                                const Policy& policy, db::Time now);
/// Why a live attempt that the world shows is to be stopped: it has never reported, or not for too
/// long.
std::optional<db::Verdict> stuck(const db::Run& run, const db::Attempt& attempt,
                                 const JobState& state, db::Time watching_since,
                                 const Policy& policy, db::Time now);
/// Whether an attempt has no reason to run (any more).
bool is_unwanted(const db::Run& run, const db::Attempt& attempt, const JobState& state,
                 const Policy& policy, db::Time now);
bool may_ask_again(const db::Attempt& attempt, const Policy& policy, db::Time now);

/// Where a run without a live attempt comes to rest: held, cancelled, or its own terminal state
/// when nothing of it is left in the world and its mark can be written.
std::optional<db::State> rest(const db::Run& run, const Snapshot& snapshot, const Policy& policy,
                              db::Time now);

/// When a waiting run may be tried again. Where its last attempt ended ahead of now, the clock was
/// set back since, and its back-off holds nobody.
db::Time not_before(const db::Run& run, db::Time now);
/// Why a waiting run could not start even if every slot were free.
std::optional<std::string> hindrance(const db::Run& run, const Snapshot& snapshot,
                                     const Policy& policy, db::Time now);
/// Runs without a hindrance: by priority (high first), then by position, then by id.
std::vector<const db::Run*> queue(const Snapshot& snapshot, const Policy& policy, db::Time now);

}  // namespace enigma::decide
