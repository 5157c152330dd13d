// What the store gives and takes beside runs: plain rows, in the words of the contract's documents.
// JSON travels as text; the store reads none of it but the values of metrics and the seed of
// points.
#pragma once

#include "db/run.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::db {

/// One point of a sweep as it is submitted.
struct NewPoint {
  std::string id;
  int64_t id_version = 1;
  std::string point;       ///< canonical JSON
  std::string point_file;  ///< the document behind ENIGMA_POINT
  std::string executor = "local";
  std::string placement;  ///< JSON of the orchestrator: data folder, worker, …
  std::string name;       ///< of the point within its sweep
  std::string values;     ///< JSON object: axis → value
  std::string plan;       ///< JSON object: the point in the plan's document
  int64_t target_step = 0;
  int64_t slots = 1;
  int64_t priority = 0;
};

struct SweepRow {
  std::string name;
  std::string spec;  ///< the file's text as submitted last
  Time submitted_at = 0;
  int64_t points = 0;
};

/// A run's place in one sweep.
struct Membership {
  std::string sweep, run, name, values, plan;
  int64_t position = 0;
};

/// What the runs of a sweep may use together, over all their attempts.
struct Ceiling {
  std::string sweep;
  double device_hours = 0;
  bool stops_runs = false;  ///< on reaching it, runs at work are stopped at a checkpoint
  std::string text;         ///< as people wrote it: "$40 at $2 a device-hour"
  bool operator==(const Ceiling&) const = default;
};

/// What a run counts for against the ceiling of one of its sweeps.
struct Charge {
  std::string sweep, run;
  std::optional<double> device_hours;  ///< expected of the whole run by its plan
  double used_device_hours = 0;        ///< of all its attempts so far, lost work included
};

/// A point that a sweep has already, as planning asks for it.
struct KnownPoint {
  std::string run, values, point;
  int64_t seed = 0;
};

/// The last attempt of a run that is done: what it did and how long that took.
struct FinishedRow {
  std::string run, point;
  int64_t id_version = 1;
  double flops = 0;     ///< of this attempt, without those of the attempts that it went on from
  double device_s = 0;  ///< wall time × ranks
  std::string device;   ///< as its worker named the first; empty = it named none
  Time ended_at = 0;
};

/// An attempt that has ended, as its nodes saw it.
struct NodeVisit {
  std::string run;
  std::vector<std::string> nodes;
  std::optional<protocol::FailureClass> failure_class;  ///< none = done, or stopped as asked
  std::string culprit;  ///< the node that its root cause names; empty: none is named
  Time began_at = 0, ended_at = 0;
};

/// A run with what it is: everything of `show` that is not a list of rows.
struct RunRow {
  Run run;
  int64_t id_version = 1;
  std::string point, point_file, placement;
  std::vector<Membership> memberships;
};

/// One run as totals count it: what its attempts have cost, and nothing of what they reported.
struct CountedRow {
  std::string run;
  State state = State::waiting;
  int64_t target_step = 0;
  int64_t attempts = 0;
  double wall_s = 0, device_s = 0, wasted_device_s = 0;  ///< as in Summary
  Time reported_at = 0;                                  ///< its newest report came; 0: none has
};

/// What a sweep's plan says of a run's cost.
struct PlannedRow {
  std::string sweep, run;
  std::optional<double> flops;
};

/// A page of a list of runs: those of `sweep` in the order of its spec, or all by position.
struct RunsPage {
  std::optional<std::string> sweep = {};
  std::string after = {};  ///< the run behind which it begins; empty: with the first
  int64_t limit = 0;       ///< at most as many
  std::optional<State> state = {};
};

/// What an attempt has used of its devices, and what of that was taken back.
struct SpentRow {
  std::string run;
  std::string failure_class;  ///< that ended it; empty: none
  double device_hours = 0;
  double wasted_device_hours = 0;
};

/// What a law foretold of a run before it was there.
struct ForecastRow {
  std::string name, sweep;
  Time at = 0;
  std::string subset;  ///< of sessions, that the law was fitted to alone; empty: to all rows
  double flops = 0;    ///< the budget
  std::optional<double> n, d;
  double loss = 0;
  std::optional<double> low, high;  ///< of the loss, at `level`
  double level = 0;
  std::string rows_digest;  ///< SHA-256 of the rows that the law was fitted to
  std::string form;
  std::string code;  ///< revision of the program that fitted
};

/// True where both foretell the same from the same: when, and by which revision, aside.
bool foretell_the_same(const ForecastRow& a, const ForecastRow& b);

/// One metrics report of an attempt, unsampled.
struct MetricsRow {
  int64_t attempt = 0;  ///< the attempt's number, or its place in the list where none is known yet
  int64_t step = 0, windows = 0;
  double flops = 0;
  double wall_s = 0;  ///< of the run: earlier attempts included
  std::map<std::string, std::optional<double>> values;
};

struct EvalRow {
  int64_t attempt = 0;
  protocol::Eval eval;
};
struct CheckpointRow {
  int64_t attempt = 0;
  protocol::Checkpoint checkpoint;
};
struct SkippedRow {
  int64_t attempt = 0;
  protocol::Skipped skipped;
};

/// What `status` tells of a run, over its current history (sums without what was rolled back).
/// Null where nothing has been reported.
struct Summary {
  std::optional<int64_t> step, windows;
  std::optional<double> flops;
  std::optional<double> train_loss, mfu_step;  ///< of the last metrics report that had one
  /// Means over the strategies of the last evaluated step of the tier "test".
  std::optional<double> test_loss, baseline_loss, test_correlation;
  std::optional<int64_t> evaluated_step;
  double step_s = 0;           ///< sum of step_s
  double data_wait_s = 0;      ///< sum of data_wait_s: its share of step_s is data_wait_fraction
  double mfu_time_s = 0;       ///< sum of mfu_step · step_s: over wall_s it is mfu_run
  double wall_s = 0;           ///< of all attempts
  double device_s = 0;         ///< wall_s · ranks, over all attempts
  double wasted_device_s = 0;  ///< of it, steps that a roll-back threw away
};

/// How far an attempt's spool has been read.
struct SpoolPosition {
  int64_t offset =
      0;  ///< bytes; within a line only where that line has been reported as unreadable
  int64_t lines = 0;
  int64_t seq = 0;    ///< of the last report there
  bool torn = false;  ///< a line since that report could not be read
  bool operator==(const SpoolPosition&) const = default;
};

/// Metrics and everything else that one batch of reports adds to a run.
struct Delivery {
  Run run;                                ///< after the reports
  std::string token;                      ///< of the attempt that spoke
  int64_t seq_before = 0;                 ///< the attempt's seq that `run` was computed from
  std::vector<protocol::Report> reports;  ///< the fresh ones, in order of seq
  std::vector<Event> events;
  std::optional<SpoolPosition> spool;  ///< where the reports were read from a spool: up to here
};

}  // namespace enigma::db
