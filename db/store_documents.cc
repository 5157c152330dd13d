// What readers ask of the store: sweeps, runs, and lists of what was reported.
#include "db/attempt_row.h"
#include "db/connection.h"
#include "db/run_row.h"
#include "db/store.h"

namespace enigma::db {
namespace {

/// The attempts of runs that were read one by one.
void add_attempts(const Use& use, Run& run) {
  each_row(bind_all(use(kSelectAttempts), run.id), [&](Columns& row) {
    row.text();  // the run's id
    run.attempts.push_back(read_attempt(row));
  });
  static constexpr const char* kCheckpoints =
      "SELECT place, step FROM checkpoints WHERE run = ? ORDER BY place, seq";
  each_row(bind_all(use(kCheckpoints), run.id), [&](Columns& row) {
    const auto place = static_cast<size_t>(row.integer());
    run.attempts.at(place).checkpoint_steps.push_back(row.integer());
  });
}

std::map<std::string, int64_t> every_state() {
  std::map<std::string, int64_t> counts;
  for (const State state :
       {State::waiting, State::running, State::held, State::done, State::failed, State::cancelled})
    counts[std::string(name_of(state))] = 0;
  return counts;
}

SweepRow read_sweep(Columns& row) {
  SweepRow sweep;
  sweep.name = row.text();
  sweep.spec = row.text();
  sweep.submitted_at = row.real();
  sweep.points = row.integer();
  return sweep;
}

Membership read_membership(Columns& row) {
  Membership member;
  member.sweep = row.text();
  member.run = row.text();
  member.position = row.integer();
  member.name = row.text();
  member.values = row.text();
  member.plan = row.text();
  return member;
}

Event read_event(Columns& row) {
  Event event;
  event.id = row.integer();
  event.at = row.real();
  event.run = row.text();
  event.kind = row.text();
  event.text = row.text();
  return event;
}

}  // namespace

std::vector<SweepRow> Store::sweeps() const {
  static constexpr const char* kSelect = R"sql(
SELECT name, spec, submitted_at, (SELECT COUNT(*) FROM members WHERE sweep = sweeps.name)
  FROM sweeps ORDER BY first_submitted_at, name)sql";
  std::vector<SweepRow> sweeps;
  each_row(connection_->use(kSelect), [&](Columns& row) { sweeps.push_back(read_sweep(row)); });
  return sweeps;
}

std::optional<SweepRow> Store::sweep(std::string_view name) const {
  static constexpr const char* kSelect = R"sql(
SELECT name, spec, submitted_at, (SELECT COUNT(*) FROM members WHERE sweep = sweeps.name)
  FROM sweeps WHERE name = ?)sql";
  std::optional<SweepRow> sweep;
  each_row(bind_all(connection_->use(kSelect), name),
           [&](Columns& row) { sweep = read_sweep(row); });
  return sweep;
}

std::vector<Membership> Store::memberships(std::string_view sweep) const {
  static constexpr const char* kSelect = R"sql(
SELECT sweep, run, position, name, axis_values, plan FROM members
 WHERE sweep = ? ORDER BY position, run)sql";
  std::vector<Membership> members;
  each_row(bind_all(connection_->use(kSelect), sweep),
           [&](Columns& row) { members.push_back(read_membership(row)); });
  return members;
}

std::vector<Run> Store::runs_of(std::string_view sweep) const {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  static constexpr const char* kSelect = R"sql(
SELECT id, target_step, device_hours_estimate, priority, runs.position, slots, wanted, state, why,
       retry_at, failures, settled
  FROM members JOIN runs ON runs.id = members.run
 WHERE sweep = ? ORDER BY members.position, id)sql";
  std::vector<Run> runs;
  each_row(bind_all(use(kSelect), sweep), [&](Columns& row) { runs.push_back(read_run(row)); });
  for (Run& run : runs) add_attempts(use, run);
  return runs;
}

std::vector<Run> Store::runs() const {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  static constexpr const char* kSelect = R"sql(
SELECT id, target_step, device_hours_estimate, priority, position, slots, wanted, state, why,
       retry_at, failures, settled
  FROM runs ORDER BY position)sql";
  std::vector<Run> runs;
  each_row(use(kSelect), [&](Columns& row) { runs.push_back(read_run(row)); });
  for (Run& run : runs) add_attempts(use, run);
  return runs;
}

std::optional<RunRow> Store::run(std::string_view id) const {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  static constexpr const char* kSelect = R"sql(
SELECT id, target_step, device_hours_estimate, priority, position, slots, wanted, state, why,
       retry_at, failures, settled, id_version, point, point_file, placement
  FROM runs WHERE id = ?)sql";
  std::optional<RunRow> found;
  each_row(bind_all(use(kSelect), id), [&](Columns& row) {
    found.emplace();
    found->run = read_run(row);
    found->id_version = row.integer();
    found->point = row.text();
    found->point_file = row.text();
    found->placement = row.text();
  });
  if (!found) return found;
  add_attempts(use, found->run);
  static constexpr const char* kMembers = R"sql(
SELECT sweep, run, position, name, axis_values, plan FROM members WHERE run = ? ORDER BY sweep)sql";
  each_row(bind_all(use(kMembers), id),
           [&](Columns& row) { found->memberships.push_back(read_membership(row)); });
  return found;
}

std::vector<std::string> Store::ids_with_prefix(std::string_view prefix, int64_t limit) const {
  static constexpr const char* kSelect =
      "SELECT id FROM runs WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id LIMIT ?2";
  std::vector<std::string> ids;
  each_row(bind_all(connection_->use(kSelect), prefix, limit),
           [&](Columns& row) { ids.push_back(row.text()); });
  return ids;
}

std::set<std::string> Store::known_ids() const {
  std::set<std::string> ids;
  each_row(connection_->use("SELECT id FROM runs"), [&](Columns& row) { ids.insert(row.text()); });
  return ids;
}

std::map<std::string, int64_t> Store::counts() const {
  std::map<std::string, int64_t> counts = every_state();
  each_row(connection_->use("SELECT state, COUNT(*) FROM runs GROUP BY state"), [&](Columns& row) {
    const std::string state = row.text();
    counts[state] = row.integer();
  });
  return counts;
}

std::map<std::string, int64_t> Store::counts(std::string_view sweep) const {
  static constexpr const char* kSelect = R"sql(
SELECT state, COUNT(*) FROM members JOIN runs ON runs.id = members.run
 WHERE sweep = ? GROUP BY state)sql";
  std::map<std::string, int64_t> counts = every_state();
  each_row(bind_all(connection_->use(kSelect), sweep), [&](Columns& row) {
    const std::string state = row.text();
    counts[state] = row.integer();
  });
  return counts;
}

std::vector<Event> Store::events(int64_t after, int64_t limit) const {
  static constexpr const char* kSelect =
      "SELECT id, at, run, kind, text FROM events WHERE id > ? ORDER BY id LIMIT ?";
  std::vector<Event> events;
  each_row(bind_all(connection_->use(kSelect), after, limit),
           [&](Columns& row) { events.push_back(read_event(row)); });
  return events;
}

std::vector<Event> Store::events_of(std::string_view run, int64_t after, int64_t limit) const {
  static constexpr const char* kSelect = R"sql(
SELECT id, at, run, kind, text FROM events WHERE run = ? AND id > ? ORDER BY id LIMIT ?)sql";
  std::vector<Event> events;
  each_row(bind_all(connection_->use(kSelect), run, after, limit),
           [&](Columns& row) { events.push_back(read_event(row)); });
  return events;
}

}  // namespace enigma::db
