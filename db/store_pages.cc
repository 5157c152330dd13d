// Pages of long lists, and the narrow rows that totals are made of.
#include "db/asked.h"
#include "db/attempt_row.h"
#include "db/connection.h"
#include "db/run_row.h"
#include "db/store.h"

#include <string_view>
#include <unordered_map>

namespace enigma::db {
namespace {

// Both walk an index from the run `after` on, and stop at the limit.
constexpr const char* kPageOfAll = R"sql(
SELECT id FROM runs
 WHERE position > CASE WHEN ?1 = '' THEN -1 ELSE (SELECT position FROM runs WHERE id = ?1) END
   AND (?3 IS NULL OR state = ?3)
 ORDER BY position LIMIT ?2)sql";

constexpr const char* kPageOfSweep = R"sql(
SELECT members.run FROM members JOIN runs ON runs.id = members.run
 WHERE sweep = ?4 AND (?3 IS NULL OR state = ?3) AND (members.position, members.run) >
   (CASE WHEN ?1 = '' THEN -1
         ELSE (SELECT position FROM members WHERE sweep = ?4 AND run = ?1) END, ?1)
 ORDER BY members.position, members.run LIMIT ?2)sql";

// What the attempts of a run have cost.
constexpr const char* kCosts = R"sql(COUNT(token),
       COALESCE(SUM(MAX(0.0, said_at - COALESCE(started_at, said_at))), 0.0),
       COALESCE(SUM(MAX(0.0, said_at - COALESCE(started_at, said_at)) * world), 0.0),
       COALESCE(SUM((all_step_s - kept_step_s) * world), 0.0), COALESCE(MAX(reported_at), 0.0))sql";

CountedRow read_run_alone(Columns& row) {
  CountedRow out;
  out.run = row.text();
  out.state = state_named(row.text()).value_or(State::waiting);
  out.target_step = row.integer();
  return out;
}

void read_costs(Columns& row, CountedRow& out) {
  out.attempts = row.integer();
  out.wall_s = row.real();
  out.device_s = row.real();
  out.wasted_device_s = row.real();
  out.reported_at = row.real();
}

/// Both tables are walked once: a look-up of each run's attempts would take twice as long.
std::vector<CountedRow> counted_of_all(const Use& use) {
  static constexpr const char* kRuns = "SELECT id, state, target_step FROM runs ORDER BY position";
  static const std::string kAttempts =
      "SELECT run, " + std::string(kCosts) + " FROM attempts GROUP BY run";
  std::vector<CountedRow> rows;
  each_row(use(kRuns), [&](Columns& row) { rows.push_back(read_run_alone(row)); });
  std::unordered_map<std::string_view, CountedRow*> by_id;
  for (CountedRow& row : rows) { by_id[row.run] = &row; }
  each_row(use(kAttempts.c_str()), [&](Columns& row) {
    const auto found = by_id.find(row.text());
    if (found != by_id.end()) { read_costs(row, *found->second); }
  });
  return rows;
}

std::vector<CountedRow> counted_of_sweep(const Use& use, const std::string& sweep) {
  static const std::string kSelect =
      "SELECT runs.id, state, target_step, " + std::string(kCosts) + R"sql(
  FROM members JOIN runs ON runs.id = members.run LEFT JOIN attempts ON attempts.run = runs.id
 WHERE sweep = ? GROUP BY members.position, members.run ORDER BY members.position, members.run
)sql";
  std::vector<CountedRow> rows;
  each_row(bind_all(use(kSelect.c_str()), sweep), [&](Columns& row) {
    rows.push_back(read_run_alone(row));
    read_costs(row, rows.back());
  });
  return rows;
}

PlannedRow read_planned(Columns& row) {
  PlannedRow out;
  out.sweep = row.text();
  out.run = row.text();
  out.flops = row.maybe_real();
  return out;
}

}  // namespace

std::vector<std::string> Store::ids_of(const RunsPage& page) const {
  std::optional<std::string> state;
  if (page.state) { state = std::string(name_of(*page.state)); }
  SQLite::Statement& statement =
      page.sweep
          ? bind_all(connection_->use(kPageOfSweep), page.after, page.limit, state, *page.sweep)
          : bind_all(connection_->use(kPageOfAll), page.after, page.limit, state);
  std::vector<std::string> ids;
  each_row(statement, [&](Columns& row) { ids.push_back(row.text()); });
  return ids;
}

std::vector<CountedRow> Store::counted(const std::optional<std::string>& sweep) const {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  return sweep ? counted_of_sweep(use, *sweep) : counted_of_all(use);
}

std::vector<PlannedRow> Store::planned(const std::optional<std::string>& sweep) const {
  static constexpr const char* kAll = R"sql(
SELECT sweep, run, planned_flops
  FROM sweeps CROSS JOIN members ON sweep = sweeps.name
 ORDER BY first_submitted_at, sweeps.name, position, run)sql";
  static constexpr const char* kOfSweep = R"sql(
SELECT other.sweep, other.run, other.planned_flops
  FROM members AS own CROSS JOIN members AS other ON other.run = own.run
  JOIN sweeps ON sweeps.name = other.sweep
 WHERE own.sweep = ? ORDER BY first_submitted_at, other.sweep, other.position, other.run)sql";
  SQLite::Statement& statement =
      sweep ? bind_all(connection_->use(kOfSweep), *sweep) : connection_->use(kAll);
  std::vector<PlannedRow> rows;
  each_row(statement, [&](Columns& row) { rows.push_back(read_planned(row)); });
  return rows;
}

std::map<std::string, int64_t> Store::last_steps(const std::vector<std::string>& ids) const {
  static const std::string kLast = over_asked(R"sql(
SELECT run, (SELECT m.step FROM metrics AS m JOIN cuts USING (run, place)
              WHERE m.run = asked.run AND NOT m.undone AND (cut IS NULL OR m.step <= cut)
              ORDER BY m.place DESC, m.seq DESC LIMIT 1)
  FROM asked)sql");
  std::map<std::string, int64_t> steps;
  each_row(bind_asked(connection_->use(kLast.c_str()), asked_for(ids)), [&](Columns& row) {
    const std::string run = row.text();
    if (const auto step = row.maybe_integer()) { steps[run] = *step; }
  });
  return steps;
}

}  // namespace enigma::db
