// What was measured, over the current history: rows of an attempt count up to the step from which
// a later one went on (view `cuts`).
#include "db/connection.h"
#include "db/store.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <tuple>

namespace enigma::db {
namespace {

std::map<std::string, std::optional<double>> measured(const std::string& text) {
  std::map<std::string, std::optional<double>> values;
  const nlohmann::json json = nlohmann::json::parse(text);
  for (const auto& [name, value] : json.items())
    values[name] = value.is_null() ? std::nullopt : std::optional(value.get<double>());
  return values;
}

double or_nan(std::optional<double> value) {
  return value.value_or(std::numeric_limits<double>::quiet_NaN());
}

EvalRow read_eval(Columns& row) {
  EvalRow out;
  out.attempt = row.integer();
  out.eval.step = row.integer();
  out.eval.strategy = row.text();
  out.eval.tier = row.text();
  out.eval.loss = or_nan(row.maybe_real());
  out.eval.baseline_loss = or_nan(row.maybe_real());
  out.eval.correlation = row.maybe_real();
  out.eval.se = row.maybe_real();
  out.eval.n = row.integer();
  return out;
}

/// Of evals said twice (a resumed attempt evaluates its first step again) the later one.
std::vector<EvalRow> latest_of_each(const std::vector<EvalRow>& rows) {
  std::map<std::tuple<int64_t, std::string, std::string>, EvalRow> by_key;
  for (const EvalRow& row : rows) by_key[{row.eval.step, row.eval.strategy, row.eval.tier}] = row;
  std::vector<EvalRow> latest;
  for (const auto& [key, row] : by_key) latest.push_back(row);
  return latest;
}

/// Nothing where there are no values, or one of them is not finite.
std::optional<double> mean(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  double sum = 0;
  for (const double value : values) sum += value;
  if (!std::isfinite(sum)) return std::nullopt;
  return sum / static_cast<double>(values.size());
}

/// Losses and correlation of the last evaluated step of the tier "test".
void add_last_evals(Summary& summary, const std::vector<EvalRow>& evals) {
  for (const EvalRow& row : evals)
    if (row.eval.tier == "test")
      summary.evaluated_step = std::max(summary.evaluated_step.value_or(0), row.eval.step);
  std::vector<double> losses, baselines, correlations;
  for (const EvalRow& row : evals) {
    if (row.eval.tier != "test" || row.eval.step != summary.evaluated_step) continue;
    losses.push_back(row.eval.loss);
    baselines.push_back(row.eval.baseline_loss);
    if (row.eval.correlation) correlations.push_back(*row.eval.correlation);
  }
  summary.test_loss = mean(losses);
  summary.baseline_loss = mean(baselines);
  summary.test_correlation = mean(correlations);
}

/// Takes a metrics report, the later ones first.
void add_earlier_metrics(Summary& summary, const MetricsRow& row) {
  if (!summary.step) {
    summary.step = row.step;
    summary.windows = row.windows;
    summary.flops = row.flops;
  }
  const auto take = [&](std::optional<double>& into, const char* name) {
    const auto found = row.values.find(name);
    if (!into && found != row.values.end()) into = found->second;
  };
  take(summary.train_loss, "train_loss");
  take(summary.mfu_step, "mfu_step");
}

MetricsRow read_metrics(Columns& row) {
  MetricsRow out;
  out.attempt = row.integer();
  out.step = row.integer();
  out.windows = row.integer();
  out.flops = row.real();
  out.wall_s = row.real();
  out.values = measured(row.text());
  return out;
}

}  // namespace

std::vector<MetricsRow> Store::metrics(std::string_view run, bool all_attempts) const {
  static constexpr const char* kSelect = R"sql(
SELECT COALESCE(number, place + 1), metrics.step, windows, metrics.flops, wall_s, measured
  FROM metrics JOIN attempts USING (run, place) JOIN cuts USING (run, place)
 WHERE run = ?1 AND (?2 OR cut IS NULL OR metrics.step <= cut) ORDER BY place, metrics.seq)sql";
  std::vector<MetricsRow> rows;
  each_row(bind_all(connection_->use(kSelect), run, all_attempts),
           [&](Columns& row) { rows.push_back(read_metrics(row)); });
  return rows;
}

std::vector<EvalRow> Store::evals(std::string_view run, bool all_attempts) const {
  static constexpr const char* kSelect = R"sql(
SELECT COALESCE(number, place + 1), evals.step, strategy, tier, loss, baseline_loss, correlation,
       se, n
  FROM evals JOIN attempts USING (run, place) JOIN cuts USING (run, place)
 WHERE run = ?1 AND (?2 OR cut IS NULL OR evals.step <= cut) ORDER BY place, evals.seq)sql";
  std::vector<EvalRow> rows;
  each_row(bind_all(connection_->use(kSelect), run, all_attempts),
           [&](Columns& row) { rows.push_back(read_eval(row)); });
  return all_attempts ? rows : latest_of_each(rows);
}

std::vector<CheckpointRow> Store::checkpoints(std::string_view run) const {
  static constexpr const char* kSelect = R"sql(
SELECT COALESCE(number, place + 1), checkpoints.step, path, bytes, sha256
  FROM checkpoints JOIN attempts USING (run, place) WHERE run = ? ORDER BY place, checkpoints.seq
)sql";
  std::vector<CheckpointRow> rows;
  each_row(bind_all(connection_->use(kSelect), run), [&](Columns& row) {
    CheckpointRow& out = rows.emplace_back();
    out.attempt = row.integer();
    out.checkpoint.step = row.integer();
    out.checkpoint.path = row.text();
    out.checkpoint.bytes = row.integer();
    out.checkpoint.sha256 = row.text();
  });
  return rows;
}

std::vector<SkippedRow> Store::skipped(std::string_view run) const {
  static constexpr const char* kSelect = R"sql(
SELECT COALESCE(number, place + 1), from_step, to_step, why
  FROM skipped JOIN attempts USING (run, place) WHERE run = ? ORDER BY place, skipped.seq)sql";
  std::vector<SkippedRow> rows;
  each_row(bind_all(connection_->use(kSelect), run), [&](Columns& row) {
    SkippedRow& out = rows.emplace_back();
    out.attempt = row.integer();
    out.skipped.from = row.integer();
    out.skipped.to = row.integer();
    out.skipped.why = row.text();
  });
  return rows;
}

Summary Store::summary(std::string_view run) const {
  Summary summary;
  static constexpr const char* kSums = R"sql(
SELECT SUM(kept_step_s), SUM(kept_data_wait_s), SUM(kept_mfu_time_s),
       SUM(MAX(0.0, said_at - COALESCE(started_at, said_at))),
       SUM(MAX(0.0, said_at - COALESCE(started_at, said_at)) * world),
       SUM((all_step_s - kept_step_s) * world)
  FROM attempts WHERE run = ?)sql";
  each_row(bind_all(connection_->use(kSums), run), [&](Columns& row) {
    summary.step_s = row.maybe_real().value_or(0);
    summary.data_wait_s = row.maybe_real().value_or(0);
    summary.mfu_time_s = row.maybe_real().value_or(0);
    summary.wall_s = row.maybe_real().value_or(0);
    summary.device_s = row.maybe_real().value_or(0);
    summary.wasted_device_s = row.maybe_real().value_or(0);
  });
  // A worker may say its loss more rarely than its step: a few reports are looked through.
  static constexpr const char* kLast = R"sql(
SELECT place, step, windows, flops, wall_s, measured
  FROM metrics JOIN cuts USING (run, place)
 WHERE run = ? AND (cut IS NULL OR step <= cut) ORDER BY place DESC, seq DESC LIMIT 20)sql";
  each_row(bind_all(connection_->use(kLast), run),
           [&](Columns& row) { add_earlier_metrics(summary, read_metrics(row)); });
  add_last_evals(summary, evals(run));
  return summary;
}

std::map<std::string, Summary> Store::summaries(std::string_view sweep) const {
  std::vector<std::string> ids;
  each_row(bind_all(connection_->use("SELECT run FROM members WHERE sweep = ?"), sweep),
           [&](Columns& row) { ids.push_back(row.text()); });
  std::map<std::string, Summary> summaries;
  for (const std::string& id : ids) summaries[id] = summary(id);
  return summaries;
}

}  // namespace enigma::db
