#include "orchestrator/drill/damage.h"

#include <algorithm>

namespace enigma::drill {
namespace {

/// The first attempt after the one that was struck whose first step says where it goes on.
const db::Attempt* successor(const db::Run& run, size_t struck) {
  for (size_t i = struck + 1; i < run.attempts.size(); ++i) {
    if (run.attempts[i].first_step) { return &run.attempts[i]; }
  }
  return nullptr;
}

void add_successor(const db::Attempt& attempt, db::Time struck_at, Damage& damage) {
  damage.attempt_after = attempt.number;
  damage.resumed_at_step = attempt.resumed_from_step.value_or(0);
  damage.steps_lost = std::max<int64_t>(0, damage.step_before - *damage.resumed_at_step);
  if (attempt.started_at) { damage.pause_s = *attempt.started_at - struck_at; }
  damage.is_over = damage.has_survived = true;
}

}  // namespace

Damage damage_of(Strike strike, const db::Run& before, const db::Run& now, db::Time struck_at) {
  const size_t struck = before.attempts.size() - 1;
  const db::Attempt& then = before.attempts.back();
  const db::Attempt& since = now.attempts.at(struck);
  Damage damage;
  damage.state = db::name_of(now.state);
  damage.attempt_before = then.number.value_or(0);
  damage.step_before = std::max(then.progress.step, since.progress.step);
  if (since.ending && since.ending->failure_class) {
    damage.ended_as = protocol::name_of(*since.ending->failure_class);
  }
  if (const db::Attempt* next = successor(now, struck)) {
    add_successor(*next, struck_at, damage);
  } else if (strike == Strike::kill_controller && since.seq > then.seq) {
    damage.is_over = damage.has_survived = true;
    damage.steps_lost = 0;
    damage.pause_s = since.progress.reported_at - struck_at;
  } else if (db::is_terminal(now.state)) {
    damage.is_over = true;
    damage.has_survived = now.state == db::State::done;
  }
  return damage;
}

}  // namespace enigma::drill
