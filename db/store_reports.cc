// Committing what a worker said: the run's progress and the rows of its reports, together.
#include "db/run_row.h"
#include "db/store.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace enigma::db {
namespace {

/// Where the rows of one batch belong.
struct Place {
  const Use& use;
  const Run& run;
  int64_t place = 0;
};

double value_or_zero(const protocol::Metrics& metrics, const char* name) {
  const auto found = metrics.values.find(name);
  if (found == metrics.values.end() || !found->second) { return 0; }
  return std::isfinite(*found->second) ? *found->second : 0;
}

nlohmann::json measured(const protocol::Metrics& metrics) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, value] : metrics.values) {
    json[name] = value && std::isfinite(*value) ? nlohmann::json(*value) : nlohmann::json();
  }
  return json;
}

/// Seconds of work of the run up to this report: earlier attempts, then this one, each on its
/// worker's clock.
double wall_s_at(const Place& to, const protocol::Report& report) {
  double sum = 0;
  for (int64_t i = 0; i < to.place; ++i) { sum += wall_s(to.run.attempts[static_cast<size_t>(i)]); }
  const Attempt& attempt = to.run.attempts[static_cast<size_t>(to.place)];
  return sum + std::max(0.0, report.at - attempt.started_at.value_or(report.at));
}

void put_row(const Place& to, const protocol::Report& report, const protocol::Metrics& metrics) {
  static constexpr const char* kInsert = R"sql(
INSERT INTO metrics (run, place, seq, step, windows, flops, wall_s, measured)
VALUES (?, ?, ?, ?, ?, ?, ?, ?))sql";
  execute(bind_all(to.use(kInsert), to.run.id, to.place, report.seq, metrics.step, metrics.windows,
                   metrics.flops, wall_s_at(to, report), measured(metrics).dump()));
  static constexpr const char* kSums = R"sql(
UPDATE attempts SET kept_step_s = kept_step_s + ?3, all_step_s = all_step_s + ?3,
       kept_data_wait_s = kept_data_wait_s + ?4, kept_mfu_time_s = kept_mfu_time_s + ?5
 WHERE run = ?1 AND place = ?2)sql";
  const double step_s = value_or_zero(metrics, "step_s");
  execute(bind_all(to.use(kSums), to.run.id, to.place, step_s,
                   value_or_zero(metrics, "data_wait_s"),
                   value_or_zero(metrics, "mfu_step") * step_s));
}

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

void put_row(const Place& to, const protocol::Report& report, const protocol::Eval& eval) {
  static constexpr const char* kInsert = R"sql(
INSERT INTO evals (run, place, seq, step, strategy, tier, loss, baseline_loss, correlation, se, n)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql";
  execute(bind_all(to.use(kInsert), to.run.id, to.place, report.seq, eval.step, eval.strategy,
                   eval.tier, finite(eval.loss), finite(eval.baseline_loss), eval.correlation,
                   eval.se, eval.n));
}

void put_row(const Place& to, const protocol::Report& report,
             const protocol::Checkpoint& checkpoint) {
  static constexpr const char* kInsert = R"sql(
INSERT INTO checkpoints (run, place, seq, step, path, bytes, sha256)
VALUES (?, ?, ?, ?, ?, ?, ?))sql";
  execute(bind_all(to.use(kInsert), to.run.id, to.place, report.seq, checkpoint.step,
                   checkpoint.path, checkpoint.bytes, checkpoint.sha256));
}

/// Takes out of the sums of the attempts before `end` what no longer belongs to the history.
void sum_again(const Place& to, int64_t end) {
  static constexpr const char* kSums = R"sql(
UPDATE attempts SET (kept_step_s, kept_data_wait_s, kept_mfu_time_s) = (
  SELECT COALESCE(SUM(json_extract(measured, '$.step_s')), 0.0),
         COALESCE(SUM(json_extract(measured, '$.data_wait_s')), 0.0),
         COALESCE(SUM(json_extract(measured, '$.mfu_step')
                      * json_extract(measured, '$.step_s')), 0.0)
    FROM metrics JOIN cuts USING (run, place)
   WHERE metrics.run = attempts.run AND metrics.place = attempts.place
     AND NOT undone AND (cut IS NULL OR step <= cut))
 WHERE run = ?1 AND place < ?2)sql";
  execute(bind_all(to.use(kSums), to.run.id, end));
}

/// What this attempt has said so far of the steps from `first` on.
void undo(const Place& to, int64_t first) {
  for (const char* sql :
       {"UPDATE metrics SET undone = 1 WHERE run = ? AND place = ? AND step >= ?",
        "UPDATE evals SET undone = 1 WHERE run = ? AND place = ? AND step >= ?"}) {
    execute(bind_all(to.use(sql), to.run.id, to.place, first));
  }
  sum_again(to, to.place + 1);
}

void put_row(const Place& to, const protocol::Report& report, const protocol::Skipped& skipped) {
  static constexpr const char* kInsert = R"sql(
INSERT INTO skipped (run, place, seq, from_step, to_step, why) VALUES (?, ?, ?, ?, ?, ?))sql";
  execute(bind_all(to.use(kInsert), to.run.id, to.place, report.seq, skipped.from, skipped.to,
                   skipped.why));
  undo(to, skipped.from);
}

/// The other kinds have no rows: they live in the run, its attempt and its events.
template <typename Other>
void put_row(const Place&, const protocol::Report&, const Other&) {}

/// The attempt that spoke as the table has it.
struct Speaker {
  int64_t place = 0, seq = 0;
  std::optional<int64_t> first_step;
  bool is_last = false;  ///< no attempt after it has reported
};

std::optional<Speaker> speaker(const Use& use, const Delivery& delivery) {
  static constexpr const char* kSelect = R"sql(
SELECT place, seq, first_step,
       NOT EXISTS (SELECT 1 FROM attempts AS later
                    WHERE later.run = attempts.run AND later.place > attempts.place
                      AND later.seq > 0)
  FROM attempts WHERE run = ? AND token = ?)sql";
  std::optional<Speaker> found;
  each_row(bind_all(use(kSelect), delivery.run.id, delivery.token), [&](Columns& row) {
    found.emplace();
    found->place = row.integer();
    found->seq = row.integer();
    found->first_step = row.maybe_integer();
    found->is_last = row.flag();
  });
  return found;
}

void put_spool(const Use& use, const std::string& token, const SpoolPosition& at) {
  static constexpr const char* kPut = R"sql(
INSERT OR REPLACE INTO spools (token, offset_bytes, lines, seq, torn) VALUES (?, ?, ?, ?, ?))sql";
  execute(bind_all(use(kPut), token, at.offset, at.lines, at.seq, at.torn));
}

}  // namespace

bool Store::commit(const Delivery& delivery) {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  return in_transaction(*connection_, [&] {
    const std::optional<Speaker> from = speaker(use, delivery);
    if (!from || !from->is_last || from->seq != delivery.seq_before) { return false; }
    const Place to{use, delivery.run, from->place};
    put_decided(use, delivery.run);
    for (const protocol::Report& report : delivery.reports) {
      std::visit([&](const auto& body) { put_row(to, report, body); }, report.body);
    }
    const Attempt& attempt = delivery.run.attempts.at(static_cast<size_t>(from->place));
    if (!from->first_step && attempt.first_step) { sum_again(to, to.place); }
    put_events(use, delivery.events);
    if (delivery.spool) { put_spool(use, delivery.token, *delivery.spool); }
    return true;
  });
}

SpoolPosition Store::spool_position(std::string_view token) const {
  static constexpr const char* kSelect =
      "SELECT offset_bytes, lines, seq, torn FROM spools WHERE token = ?";
  SpoolPosition at;
  each_row(bind_all(connection_->use(kSelect), token), [&](Columns& row) {
    at.offset = row.integer();
    at.lines = row.integer();
    at.seq = row.integer();
    at.torn = row.flag();
  });
  return at;
}

}  // namespace enigma::db
