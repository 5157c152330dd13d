// Runs and sweeps of the store: what decisions read and write, and what a submission adds.
#include "db/attempt_row.h"
#include "db/connection.h"
#include "db/run_row.h"
#include "db/store.h"
#include "diagnostics/check.h"

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

void Store::save(const std::vector<Run>& runs, const std::vector<Event>& events) {
  if (runs.empty() && events.empty()) { return; }
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  in_transaction(*connection_, [&] {
    for (const Run& run : runs) { put_decided(use, run); }
    put_events(use, events);
    return true;
  });
}

void Store::save_request(const std::vector<Run>& runs, const std::vector<Event>& events) {
  if (runs.empty() && events.empty()) { return; }
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  in_transaction(*connection_, [&] {
    static constexpr const char* kWanted = "UPDATE runs SET wanted = ?, priority = ? WHERE id = ?";
    for (const Run& run : runs) {
      put_state(use, run);
      execute(bind_all(use(kWanted), name_of(run.wanted), run.priority, run.id));
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
       axis_values = excluded.axis_values, plan = excluded.plan,
       planned_flops = excluded.planned_flops
 WHERE (members.position, members.name, members.axis_values, members.plan)
       <> (excluded.position, excluded.name, excluded.axis_values, excluded.plan))sql";
  execute(bind_all(use(kPut), sweep, point.id, position, point.name, point.values, point.plan));
}

}  // namespace

std::vector<std::string> Store::submit_sweep(const std::string& name, const std::string& spec,
                                             const std::vector<NewPoint>& points, Time now) {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  return in_transaction(*connection_, [&] {
    std::vector<std::string> added;
    std::vector<Event> events;
    put_sweep(use, name, spec, now);
    for (size_t i = 0; i < points.size(); ++i) {
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
