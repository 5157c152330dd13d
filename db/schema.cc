#include "db/schema.h"

#include "db/store.h"

#include <array>

namespace enigma::db {
namespace {

// `runs.wanted` and `runs.priority` are written by requests (and by ceilings, which ask in the same
// way), the other columns of a run by turns.
// `attempts.place` is the attempt's place in its run's list; `kept_…` sum the metrics of the
// current history, `all_step_s` those that were rolled back too.
constexpr const char* kFirst = R"sql(
CREATE TABLE sweeps (
  name TEXT PRIMARY KEY,
  spec TEXT NOT NULL,
  first_submitted_at REAL NOT NULL,
  submitted_at REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  position INTEGER NOT NULL UNIQUE,
  id_version INTEGER NOT NULL,
  point TEXT NOT NULL,
  point_file TEXT NOT NULL,
  placement TEXT NOT NULL,
  target_step INTEGER NOT NULL,
  slots INTEGER NOT NULL,
  device_hours_estimate REAL NOT NULL,
  priority INTEGER NOT NULL,
  wanted TEXT NOT NULL CHECK (wanted IN ('run', 'cancel', 'hold')),
  state TEXT NOT NULL
    CHECK (state IN ('waiting', 'running', 'held', 'done', 'failed', 'cancelled')),
  why TEXT NOT NULL,
  retry_at REAL NOT NULL,
  failures TEXT NOT NULL,
  settled INTEGER NOT NULL CHECK (settled IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_live ON runs (id) WHERE settled = 0;

CREATE TABLE members (
  sweep TEXT NOT NULL REFERENCES sweeps (name),
  run TEXT NOT NULL REFERENCES runs (id),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  axis_values TEXT NOT NULL,
  plan TEXT NOT NULL,
  PRIMARY KEY (sweep, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_run ON members (run);

CREATE TABLE attempts (
  run TEXT NOT NULL REFERENCES runs (id),
  place INTEGER NOT NULL,
  token TEXT NOT NULL UNIQUE,
  executor TEXT NOT NULL,
  number INTEGER,
  launcher_pid INTEGER,
  launcher_start_ns INTEGER,
  job INTEGER,
  job_index INTEGER,
  restart INTEGER,
  start_ns INTEGER,
  seq INTEGER NOT NULL,
  submitted_at REAL NOT NULL,
  started_at REAL,
  ended_at REAL,
  first_step INTEGER,
  resumed_from_step INTEGER,
  step INTEGER NOT NULL,
  flops REAL NOT NULL,
  evaluated_step INTEGER,
  checkpoint_step INTEGER,
  reported_at REAL NOT NULL,
  said_at REAL NOT NULL,
  revision TEXT NOT NULL,
  world INTEGER NOT NULL,
  devices TEXT NOT NULL,
  tried_at REAL NOT NULL,
  launched_at REAL,
  seen_at REAL,
  cancel_at REAL,
  said_class TEXT,
  said_line TEXT,
  condemned_class TEXT,
  condemned_line TEXT,
  ending_class TEXT,
  ending_source TEXT,
  ending_line TEXT,
  ending_code INTEGER,
  gone INTEGER NOT NULL CHECK (gone IN (0, 1)),
  kept_step_s REAL NOT NULL DEFAULT 0,
  kept_data_wait_s REAL NOT NULL DEFAULT 0,
  kept_mfu_time_s REAL NOT NULL DEFAULT 0,
  all_step_s REAL NOT NULL DEFAULT 0,
  PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE metrics (
  run TEXT NOT NULL,
  place INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  step INTEGER NOT NULL,
  windows INTEGER NOT NULL,
  flops REAL NOT NULL,
  wall_s REAL NOT NULL,
  measured TEXT NOT NULL,
  PRIMARY KEY (run, place, seq),
  FOREIGN KEY (run, place) REFERENCES attempts (run, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE evals (
  run TEXT NOT NULL,
  place INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  step INTEGER NOT NULL,
  strategy TEXT NOT NULL,
  tier TEXT NOT NULL,
  loss REAL,
  baseline_loss REAL,
  correlation REAL,
  se REAL,
  n INTEGER NOT NULL,
  PRIMARY KEY (run, place, seq),
  FOREIGN KEY (run, place) REFERENCES attempts (run, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  run TEXT NOT NULL,
  place INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  step INTEGER NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (run, place, seq),
  FOREIGN KEY (run, place) REFERENCES attempts (run, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE skipped (
  run TEXT NOT NULL,
  place INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  from_step INTEGER NOT NULL,
  to_step INTEGER NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (run, place, seq),
  FOREIGN KEY (run, place) REFERENCES attempts (run, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,
  run TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_run ON events (run, id);
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
  BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events
  BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

-- Up to which step an attempt's rows belong to the current history: the earliest step from which
-- a later attempt has gone on. Null: all of them do.
CREATE VIEW cuts AS
  SELECT run, place,
         (SELECT MIN(COALESCE(later.resumed_from_step, 0)) FROM attempts AS later
           WHERE later.run = attempts.run AND later.place > attempts.place
             AND later.first_step IS NOT NULL) AS cut
    FROM attempts;
)sql";

// How far each attempt's spool has been read: what a line was told of is told once.
constexpr const char* kSpools = R"sql(
CREATE TABLE spools (
  token TEXT PRIMARY KEY REFERENCES attempts (token),
  offset_bytes INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  torn INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// What a run is (three texts of some kilobytes) is written once and read when it starts; what
// stands beside it is written in every turn that moves the run. In one row each move rewrote the
// texts.
constexpr const char* kPointsApart = R"sql(
CREATE TABLE points (
  run TEXT PRIMARY KEY REFERENCES runs (id),
  point TEXT NOT NULL,
  point_file TEXT NOT NULL,
  placement TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO points SELECT id, point, point_file, placement FROM runs ORDER BY id;
ALTER TABLE runs DROP COLUMN point;
ALTER TABLE runs DROP COLUMN point_file;
ALTER TABLE runs DROP COLUMN placement;
ALTER TABLE runs DROP COLUMN device_hours_estimate;
)sql";

// Where a run's next attempt goes: its sweep says so.
constexpr const char* kExecutor = R"sql(
ALTER TABLE runs ADD COLUMN executor TEXT NOT NULL DEFAULT 'local';
)sql";

// Where an attempt ran, and the node that the cause of its end names: what nodes are judged by.
constexpr const char* kNodes = R"sql(
ALTER TABLE attempts ADD COLUMN nodes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE attempts ADD COLUMN ending_node TEXT NOT NULL DEFAULT '';
CREATE INDEX attempts_by_end ON attempts (ended_at) WHERE nodes <> '[]';
)sql";

// What a worker said of steps that it has then left out or gone back behind.
constexpr const char* kUndone = R"sql(
ALTER TABLE metrics ADD COLUMN undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1));
ALTER TABLE evals ADD COLUMN undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1));
)sql";

// What the runs of a sweep may use together, as its last submission said; and who holds a run back.
constexpr const char* kCeilings = R"sql(
CREATE TABLE ceilings (
  sweep TEXT PRIMARY KEY REFERENCES sweeps (name),
  device_hours REAL NOT NULL,
  stops INTEGER NOT NULL CHECK (stops IN (0, 1)),
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE runs ADD COLUMN wanted_by TEXT NOT NULL DEFAULT '';
)sql";

// A page of a sweep's runs, and its totals, are read from indexes alone: plans are long.
constexpr const char* kMembersInOrder = R"sql(
ALTER TABLE members ADD COLUMN planned_flops REAL;
UPDATE members SET planned_flops = json_extract(plan, '$.flops')
 WHERE CASE WHEN json_valid(plan) THEN json_type(plan, '$.flops') END IN ('integer', 'real');
CREATE INDEX members_in_order ON members (sweep, position, run, planned_flops);
DROP INDEX members_by_run;
CREATE INDEX members_by_run ON members (run, sweep, position, planned_flops);
)sql";

// What was foretold of runs before they were there: written once.
constexpr const char* kForecasts = R"sql(
CREATE TABLE forecasts (
  name TEXT PRIMARY KEY,
  sweep TEXT NOT NULL REFERENCES sweeps (name),
  at REAL NOT NULL,
  subset TEXT NOT NULL,
  flops REAL NOT NULL,
  n REAL,
  d REAL,
  loss REAL NOT NULL,
  low REAL,
  high REAL,
  level REAL NOT NULL,
  rows_digest TEXT NOT NULL,
  form TEXT NOT NULL,
  code TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX forecasts_by_sweep ON forecasts (sweep, at);
CREATE TRIGGER forecasts_are_not_changed BEFORE UPDATE ON forecasts
  BEGIN SELECT RAISE(ABORT, 'forecasts are frozen'); END;
CREATE TRIGGER forecasts_are_not_removed BEFORE DELETE ON forecasts
  BEGIN SELECT RAISE(ABORT, 'forecasts are frozen'); END;
)sql";

constexpr std::array<const char*, 9> kMigrations{kFirst,    kSpools,         kPointsApart,
                                                 kExecutor, kNodes,          kUndone,
                                                 kCeilings, kMembersInOrder, kForecasts};

}  // namespace

std::span<const char* const> migrations() {
  return kMigrations;
}

int64_t schema_version() {
  return static_cast<int64_t>(kMigrations.size());
}

}  // namespace enigma::db
