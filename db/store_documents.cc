// What readers ask of the store: sweeps, runs, and lists of what was reported.
#include "db/asked.h"
#include "db/attempt_row.h"
#include "db/connection.h"
#include "db/run_row.h"
#include "db/store.h"

namespace enigma::db {
namespace {

/// What the attempts of all the runs asked for are, in two queries. `runs` are those asked for.
void add_attempts(const Use& use, const Asked& asked, std::vector<Run>& runs) {
  std::map<std::string, Run*> by_id;
  for (Run& run : runs) { by_id[run.id] = &run; }
  static const std::string kAttempts = over_asked(kSelectAttempts) +
                                       " FROM asked CROSS JOIN attempts USING (run)"
                                       " ORDER BY run, place";
  each_row(bind_asked(use(kAttempts.c_str()), asked), [&](Columns& row) {
    Run& run = *by_id.at(row.text());
    run.attempts.push_back(read_attempt(row));
  });
  static const std::string kCheckpoints = over_asked(
      "SELECT run, place, step FROM asked CROSS JOIN checkpoints USING (run)"
      " ORDER BY run, place, seq");
  each_row(bind_asked(use(kCheckpoints.c_str()), asked), [&](Columns& row) {
    Run& run = *by_id.at(row.text());
    const auto place = static_cast<size_t>(row.integer());
    run.attempts.at(place).checkpoint_steps.push_back(row.integer());
  });
}

std::map<std::string, int64_t> every_state() {
  std::map<std::string, int64_t> counts;
  for (const State state : {State::waiting, State::running, State::held, State::done, State::failed,
                            State::cancelled}) {
    counts[std::string(name_of(state))] = 0;
  }
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

std::map<std::string, std::vector<std::string>> Store::sweeps_by_run() const {
  static constexpr const char* kSelect = R"sql(
SELECT run, sweep FROM members JOIN sweeps ON sweeps.name = sweep
 ORDER BY run, first_submitted_at, sweep)sql";
  std::map<std::string, std::vector<std::string>> sweeps;
  each_row(connection_->use(kSelect), [&](Columns& row) {
    std::vector<std::string>& names = sweeps[row.text()];
    names.push_back(row.text());
  });
  return sweeps;
}

std::vector<KnownPoint> Store::known_points(std::string_view sweep) const {
  static constexpr const char* kSelect = R"sql(
SELECT run, axis_values, point, COALESCE(json_extract(point, '$.seed'), 0)
  FROM members JOIN points USING (run) WHERE sweep = ? ORDER BY position, run)sql";
  std::vector<KnownPoint> points;
  each_row(bind_all(connection_->use(kSelect), sweep), [&](Columns& row) {
    KnownPoint& point = points.emplace_back();
    point.run = row.text();
    point.values = row.text();
    point.point = row.text();
    point.seed = row.integer();
  });
  return points;
}

std::vector<Run> Store::runs_of(std::string_view sweep) const {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  static const std::string kSelect = kSelectRun +
                                     " FROM members JOIN runs ON runs.id = members.run"
                                     " WHERE sweep = ? ORDER BY members.position, id";
  std::vector<Run> runs;
  each_row(bind_all(use(kSelect.c_str()), sweep),
           [&](Columns& row) { runs.push_back(read_run(row)); });
  add_attempts(use, {.run = {}, .sweep = std::string(sweep), .ids = {}}, runs);
  return runs;
}

std::vector<Run> Store::runs() const {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  static const std::string kSelect = kSelectRun + " FROM runs ORDER BY position";
  std::vector<Run> runs;
  each_row(use(kSelect.c_str()), [&](Columns& row) { runs.push_back(read_run(row)); });
  add_attempts(use, {}, runs);
  return runs;
}

std::vector<Run> Store::runs_with(const std::vector<std::string>& ids) const {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  static const std::string kSelect = kSelectRun + R"sql(
  FROM (SELECT value, MIN(key) AS place FROM json_each(?) GROUP BY value) AS asked
  CROSS JOIN runs ON id = asked.value ORDER BY asked.place)sql";
  const Asked asked = asked_for(ids);
  std::vector<Run> runs;
  each_row(bind_all(use(kSelect.c_str()), *asked.ids),
           [&](Columns& row) { runs.push_back(read_run(row)); });
  if (!runs.empty()) { add_attempts(use, asked, runs); }
  return runs;
}

std::vector<Membership> Store::memberships_with(const std::vector<std::string>& ids) const {
  static const std::string kSelect = over_asked(R"sql(
SELECT sweep, run, position, members.name, axis_values, plan
  FROM asked CROSS JOIN members USING (run) JOIN sweeps ON sweeps.name = sweep
 ORDER BY first_submitted_at, sweep, position, run)sql");
  std::vector<Membership> members;
  each_row(bind_asked(connection_->use(kSelect.c_str()), asked_for(ids)),
           [&](Columns& row) { members.push_back(read_membership(row)); });
  return members;
}

std::optional<RunRow> Store::run(std::string_view id) const {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  static const std::string kSelect = kSelectRun +
                                     ", id_version, point, point_file, placement"
                                     " FROM runs JOIN points ON points.run = runs.id WHERE id = ?";
  std::optional<RunRow> found;
  std::vector<Run> runs;
  each_row(bind_all(use(kSelect.c_str()), id), [&](Columns& row) {
    found.emplace();
    runs.push_back(read_run(row));
    found->id_version = row.integer();
    found->point = row.text();
    found->point_file = row.text();
    found->placement = row.text();
  });
  if (!found) { return found; }
  add_attempts(use, {.run = std::string(id), .sweep = {}, .ids = {}}, runs);
  found->run = std::move(runs.front());
  static constexpr const char* kMembers = R"sql(
SELECT sweep, run, position, members.name, axis_values, plan
  FROM members JOIN sweeps ON sweeps.name = sweep
 WHERE run = ? ORDER BY first_submitted_at, sweep)sql";
  each_row(bind_all(use(kMembers), id),
           [&](Columns& row) { found->memberships.push_back(read_membership(row)); });
  return found;
}

std::vector<std::string> Store::ids_with_prefix(std::string_view prefix, int64_t limit) const {
  static constexpr const char* kSelect = R"sql(
SELECT id FROM runs WHERE id >= ?1 AND id < ?1 || char(0x10FFFF) ORDER BY id LIMIT ?2)sql";
  std::vector<std::string> ids;
  each_row(bind_all(connection_->use(kSelect), prefix, limit),
           [&](Columns& row) { ids.push_back(row.text()); });
  return ids;
}

std::set<std::string> Store::known_ids() const {
  std::set<std::string> ids;
  each_row(connection_->use("SELECT id FROM runs ORDER BY id"),
           [&](Columns& row) { ids.insert(ids.end(), row.text()); });
  return ids;
}

std::set<std::string> Store::member_ids(std::string_view sweep, std::string_view spec) const {
  std::set<std::string> ids;
  bool is_same = false;
  each_row(
      bind_all(connection_->use("SELECT 1 FROM sweeps WHERE name = ? AND spec = ?"), sweep, spec),
      [&](Columns&) { is_same = true; });
  if (!is_same) { return ids; }
  // The index holds both columns, and is far smaller than the table with its plans.
  static constexpr const char* kSelect =
      "SELECT run FROM members INDEXED BY members_by_run WHERE sweep = ? ORDER BY run";
  each_row(bind_all(connection_->use(kSelect), sweep),
           [&](Columns& row) { ids.insert(ids.end(), row.text()); });
  return ids;
}

int64_t Store::rows_written() const {
  return connection_->database.getTotalChanges();
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

std::vector<Event> Store::events_of(std::string_view run) const {
  static constexpr const char* kSelect =
      "SELECT id, at, run, kind, text FROM events WHERE run = ? ORDER BY id";
  std::vector<Event> events;
  each_row(bind_all(connection_->use(kSelect), run),
           [&](Columns& row) { events.push_back(read_event(row)); });
  return events;
}

std::vector<Event> Store::events_after(int64_t id, int64_t limit) const {
  static constexpr const char* kSelect =
      "SELECT id, at, run, kind, text FROM events WHERE id > ? ORDER BY id LIMIT ?";
  std::vector<Event> events;
  each_row(bind_all(connection_->use(kSelect), id, limit),
           [&](Columns& row) { events.push_back(read_event(row)); });
  return events;
}

int64_t Store::last_event_id() const {
  int64_t id = 0;
  each_row(connection_->use("SELECT COALESCE(MAX(id), 0) FROM events"),
           [&](Columns& row) { id = row.integer(); });
  return id;
}

}  // namespace enigma::db
