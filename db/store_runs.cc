// Runs and sweeps of the store: what decisions read and write, and what a submission adds.
#include "db/attempt_row.h"
#include "db/connection.h"
#include "db/run_row.h"
#include "db/store.h"
#include "diagnostics/check.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace enigma::db {

std::vector<Run> Store::load() const {
  static const std::string kRuns = kSelectRun + " FROM runs WHERE settled = 0 ORDER BY id";
  std::vector<Run> runs;
  each_row(connection_->use(kRuns.c_str()), [&](Columns& row) { runs.push_back(read_run(row)); });

  std::map<std::string, Run*> by_id;
  for (Run& run : runs) { by_id[run.id] = &run; }
  static const std::string kAttempts =
      std::string(kSelectAttempts) +
      " FROM attempts WHERE run IN (SELECT id FROM runs WHERE settled = 0) ORDER BY run, place";
  each_row(connection_->use(kAttempts.c_str()), [&](Columns& row) {
    Run& run = *by_id.at(row.text());
    run.attempts.push_back(read_attempt(row));
  });
  static constexpr const char* kCheckpoints = R"sql(
SELECT run, place, step FROM checkpoints
 WHERE run IN (SELECT id FROM runs WHERE settled = 0) ORDER BY run, place, seq)sql";
  each_row(connection_->use(kCheckpoints), [&](Columns& row) {
    Run& run = *by_id.at(row.text());
    const auto place = static_cast<size_t>(row.integer());
    run.attempts.at(place).checkpoint_steps.push_back(row.integer());
  });
  return runs;
}

namespace {

void put_request(const Use& use, const Run& run) {
  static constexpr const char* kWanted =
      "UPDATE runs SET wanted = ?, wanted_by = ?, priority = ? WHERE id = ?";
  execute(bind_all(use(kWanted), name_of(run.wanted), run.wanted_by, run.priority, run.id));
}

}  // namespace

void Store::save(const std::vector<Run>& runs, const std::vector<Event>& events,
                 const std::set<std::string>& asked) {
  if (runs.empty() && events.empty()) { return; }
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  in_transaction(*connection_, [&] {
    for (const Run& run : runs) {
      put_decided(use, run);
      if (asked.contains(run.id)) { put_request(use, run); }
    }
    put_events(use, events);
    return true;
  });
}

void Store::save_request(const std::vector<Run>& runs, const std::vector<Event>& events) {
  if (runs.empty() && events.empty()) { return; }
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  in_transaction(*connection_, [&] {
    for (const Run& run : runs) {
      put_state(use, run);
      put_request(use, run);
    }
    put_events(use, events);
    return true;
  });
}

namespace {

void put_sweep(const Use& use, const std::string& name, const std::string& spec, Time now) {
  static constexpr const char* kPut = R"sql(
INSERT INTO sweeps (name, spec, first_submitted_at, submitted_at) VALUES (?1, ?2, ?3, ?3)
ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, submitted_at = excluded.submitted_at
 WHERE sweeps.spec <> excluded.spec)sql";
  execute(bind_all(use(kPut), name, spec, now));
}

/// A sweep has the ceiling that was submitted last, or none.
void put_ceiling(const Use& use, const std::string& name, const std::optional<Ceiling>& ceiling) {
  if (!ceiling) {
    execute(bind_all(use("DELETE FROM ceilings WHERE sweep = ?"), name));
    return;
  }
  static constexpr const char* kPut = R"sql(
INSERT INTO ceilings (sweep, device_hours, stops, text) VALUES (?, ?, ?, ?)
ON CONFLICT (sweep) DO UPDATE SET device_hours = excluded.device_hours, stops = excluded.stops,
       text = excluded.text
 WHERE (ceilings.device_hours, ceilings.stops, ceilings.text)
       <> (excluded.device_hours, excluded.stops, excluded.text))sql";
  execute(bind_all(use(kPut), name, ceiling->device_hours, ceiling->stops_runs, ceiling->text));
}

/// Whether the run is new. Of a known one only its placement follows the submission.
bool put_point(const Use& use, const NewPoint& point) {
  static constexpr const char* kInsert = R"sql(
INSERT INTO runs (id, position, id_version, target_step, slots, executor, priority,
                  wanted, state, why, retry_at, failures, settled)
VALUES (?, (SELECT COALESCE(MAX(position), 0) + 1 FROM runs), ?, ?, ?, ?, ?,
        'run', 'waiting', '', 0, '{}', 0)
ON CONFLICT (id) DO NOTHING)sql";
  const int added = execute(bind_all(use(kInsert), point.id, point.id_version, point.target_step,
                                     point.slots, point.executor, point.priority));
  if (added == 1) {
    ENIGMA_CHECK(!point.point.empty(), "a run that is new comes with its point");
    static constexpr const char* kText =
        "INSERT INTO points (run, point, point_file, placement) VALUES (?, ?, ?, ?)";
    execute(bind_all(use(kText), point.id, point.point, point.point_file, point.placement));
    return true;
  }
  static constexpr const char* kPlace = R"sql(
UPDATE runs SET slots = ?2, executor = ?3, priority = ?4
 WHERE id = ?1 AND (slots, executor, priority) <> (?2, ?3, ?4))sql";
  execute(bind_all(use(kPlace), point.id, point.slots, point.executor, point.priority));
  static constexpr const char* kPlacement =
      "UPDATE points SET placement = ?2 WHERE run = ?1 AND placement <> ?2";
  execute(bind_all(use(kPlacement), point.id, point.placement));
  return false;
}

/// A plan's FLOPs that are no number count as unknown.
void put_membership(const Use& use, const std::string& sweep, int64_t position,
                    const NewPoint& point) {
  static constexpr const char* kPut = R"sql(
INSERT INTO members (sweep, run, position, name, axis_values, plan, planned_flops)
VALUES (?1, ?2, ?3, ?4, ?5, ?6,
        CASE WHEN CASE WHEN json_valid(?6) THEN json_type(?6, '$.flops') END IN ('integer', 'real')
             THEN json_extract(?6, '$.flops') END)
ON CONFLICT (sweep, run) DO UPDATE SET position = excluded.position, name = excluded.name,
       axis_values = excluded.axis_values,
       plan = COALESCE(NULLIF(excluded.plan, ''), members.plan),
       planned_flops = CASE WHEN excluded.plan = '' THEN members.planned_flops
                            ELSE excluded.planned_flops END
 WHERE (members.position, members.name, members.axis_values, members.plan)
       <> (excluded.position, excluded.name, excluded.axis_values,
           COALESCE(NULLIF(excluded.plan, ''), members.plan)))sql";
  execute(bind_all(use(kPut), sweep, point.id, position, point.name, point.values, point.plan));
}

/// What may follow a submission, of a point that a sweep has already.
struct Submitted {
  int64_t position = 0, slots = 0, priority = 0;
  std::string name, values, executor, placement;

  auto all() const {
    return std::tie(position, slots, priority, name, values, executor, placement);
  }
};

using SubmittedByRun = std::unordered_map<std::string, Submitted>;

void read_members(const Use& use, const std::string& sweep, SubmittedByRun& submitted) {
  static constexpr const char* kSelect =
      "SELECT run, position, name, axis_values FROM members WHERE sweep = ?";
  each_row(bind_all(use(kSelect), sweep), [&](Columns& row) {
    Submitted& point = submitted[row.text()];
    point.position = row.integer();
    point.name = row.text();
    point.values = row.text();
  });
}

/// By run. Tables are read from end to end, which is ten times faster than a join: to find a row by
/// its id, SQLite reads the large rows that it passes. Nothing where the sweep is a small part of
/// the store; its points are then compared one by one.
SubmittedByRun read_submitted(const Use& use, const std::string& sweep, size_t points) {
  SubmittedByRun submitted;
  int64_t runs = 0;
  each_row(use("SELECT COUNT(*) FROM runs"), [&](Columns& row) { runs = row.integer(); });
  if (runs > 10 * static_cast<int64_t>(points)) { return submitted; }
  read_members(use, sweep, submitted);
  each_row(use("SELECT id, slots, priority, executor FROM runs"), [&](Columns& row) {
    const auto point = submitted.find(row.text());
    if (point == submitted.end()) { return; }
    point->second.slots = row.integer();
    point->second.priority = row.integer();
    point->second.executor = row.text();
  });
  each_row(use("SELECT run, placement FROM points"), [&](Columns& row) {
    const auto point = submitted.find(row.text());
    if (point != submitted.end()) { point->second.placement = row.text(); }
  });
  return submitted;
}

bool is_as_it_was(const SubmittedByRun& submitted, const NewPoint& point, int64_t position) {
  const auto before = submitted.find(point.id);
  return before != submitted.end() && point.plan.empty() &&
         std::tie(position, point.slots, point.priority, point.name, point.values, point.executor,
                  point.placement) == before->second.all();
}

}  // namespace

std::vector<std::string> Store::submit_sweep(const std::string& name, const std::string& spec,
                                             const std::vector<NewPoint>& points, Time now,
                                             const std::optional<Ceiling>& ceiling) {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  return in_transaction(*connection_, [&] {
    std::vector<std::string> added;
    std::vector<Event> events;
    const bool keeps_plans = std::any_of(points.begin(), points.end(),
                                         [](const NewPoint& one) { return one.plan.empty(); });
    SubmittedByRun before;
    if (keeps_plans) { before = read_submitted(use, name, points.size()); }
    put_sweep(use, name, spec, now);
    put_ceiling(use, name, ceiling);
    for (size_t i = 0; i < points.size(); ++i) {
      if (is_as_it_was(before, points[i], static_cast<int64_t>(i))) { continue; }
      if (put_point(use, points[i])) {
        added.push_back(points[i].id);
        events.push_back({0, now, points[i].id, "submitted", "by sweep " + name});
      }
      put_membership(use, name, static_cast<int64_t>(i), points[i]);
    }
    put_events(use, events);
    return added;
  });
}

}  // namespace enigma::db
