// What was measured, over the current history: rows of an attempt count up to the step from which
// a later one went on (view `cuts`), but for those that it has undone itself.
#include "db/asked.h"
#include "db/run_row.h"
#include "db/store.h"
#include "diagnostics/check.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace enigma::db {
namespace {

using Values = std::map<std::string, std::optional<double>>;

/// Reads {name: number or null, …}: the names stand in their order, and a long curve is thousands
/// of these. What is no number counts as unknown.
class ValuesReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit ValuesReader(Values& values) : values_(values) {}
  bool key(string_t& name) override {
    name_ = std::move(name);
    return true;
  }
  bool number_integer(number_integer_t value) override { return put(static_cast<double>(value)); }
  bool number_unsigned(number_unsigned_t value) override { return put(static_cast<double>(value)); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool null() override { return put(std::nullopt); }
  bool boolean(bool) override { return put(std::nullopt); }
  bool string(string_t&) override { return put(std::nullopt); }
  bool binary(binary_t&) override { return put(std::nullopt); }
  bool start_object(size_t) override { return true; }
  bool end_object() override { return true; }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

 private:
  bool put(std::optional<double> value) {
    values_.insert_or_assign(values_.end(), std::move(name_), value);
    return true;
  }

  Values& values_;
  std::string name_;
};

Values measured(const std::string& text) {
  Values values;
  ValuesReader reader(values);
  ENIGMA_CHECK(nlohmann::json::sax_parse(text, &reader), "the store holds what it has written");
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
  for (const EvalRow& row : rows) {
    by_key[{row.eval.step, row.eval.strategy, row.eval.tier}] = row;
  }
  std::vector<EvalRow> latest;
  for (const auto& [key, row] : by_key) { latest.push_back(row); }
  return latest;
}

/// Nothing where there are no values, or one of them is not finite.
std::optional<double> mean(const std::vector<double>& values) {
  if (values.empty()) { return std::nullopt; }
  double sum = 0;
  for (const double value : values) { sum += value; }
  if (!std::isfinite(sum)) { return std::nullopt; }
  return sum / static_cast<double>(values.size());
}

/// Of one run, the last evaluated step of the tier "test": strategy → its evaluation (of two that
/// were said, a resumed attempt evaluates its first step again, the later one).
struct LastEvals {
  int64_t step = -1;
  std::map<std::string, EvalRow> by_strategy;

  void take(const EvalRow& row) {
    if (row.eval.step < step) { return; }
    if (row.eval.step > step) { by_strategy.clear(); }
    step = row.eval.step;
    by_strategy[row.eval.strategy] = row;
  }
};

void add_last_evals(Summary& summary, const LastEvals& last) {
  summary.evaluated_step = last.step;
  std::vector<double> losses, baselines, correlations;
  for (const auto& [strategy, row] : last.by_strategy) {
    losses.push_back(row.eval.loss);
    baselines.push_back(row.eval.baseline_loss);
    if (row.eval.correlation) { correlations.push_back(*row.eval.correlation); }
  }
  summary.test_loss = mean(losses);
  summary.baseline_loss = mean(baselines);
  summary.test_correlation = mean(correlations);
}

/// Takes a metrics report, the later ones first. What a report measured may be hundreds of values:
/// it is read only where it can tell something that is not known yet.
void add_earlier_metrics(Summary& summary, Columns& row) {
  const int64_t step = row.integer(), windows = row.integer();
  const double flops = row.real();
  if (!summary.step) {
    summary.step = step;
    summary.windows = windows;
    summary.flops = flops;
  }
  const bool train = !summary.train_loss, mfu = !summary.mfu_step;
  if (!train && !mfu) { return; }
  const std::string text = row.text();
  const auto names = [&](const char* name) { return text.find(name) != std::string::npos; };
  if (!(train && names("\"train_loss\"")) && !(mfu && names("\"mfu_step\""))) { return; }
  const auto values = measured(text);
  const auto take = [&](std::optional<double>& into, const char* name) {
    const auto found = values.find(name);
    if (!into && found != values.end()) { into = found->second; }
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
 WHERE run = ?1 AND (?2 OR (NOT undone AND (cut IS NULL OR metrics.step <= cut)))
 ORDER BY place, metrics.seq)sql";
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
 WHERE run = ?1 AND (?2 OR (NOT undone AND (cut IS NULL OR evals.step <= cut)))
 ORDER BY place, evals.seq)sql";
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

namespace {

using Summaries = std::map<std::string, Summary>;

void add_sums(const Use& use, const Asked& asked, Summaries& summaries) {
  static const std::string kSums = over_asked(R"sql(
SELECT run, SUM(kept_step_s), SUM(kept_data_wait_s), SUM(kept_mfu_time_s),
       SUM(MAX(0.0, said_at - COALESCE(started_at, said_at))),
       SUM(MAX(0.0, said_at - COALESCE(started_at, said_at)) * world),
       SUM((all_step_s - kept_step_s) * world)
  FROM asked CROSS JOIN attempts USING (run) GROUP BY run)sql");
  each_row(bind_asked(use(kSums.c_str()), asked), [&](Columns& row) {
    Summary& summary = summaries[row.text()];
    summary.step_s = row.maybe_real().value_or(0);
    summary.data_wait_s = row.maybe_real().value_or(0);
    summary.mfu_time_s = row.maybe_real().value_or(0);
    summary.wall_s = row.maybe_real().value_or(0);
    summary.device_s = row.maybe_real().value_or(0);
    summary.wasted_device_s = row.maybe_real().value_or(0);
  });
}

/// A worker may say its loss more rarely than its step: a few reports are looked through, the last
/// one first, and no more of them than are needed. Of runs that have an attempt.
void add_last_metrics(const Use& use, Summaries& summaries) {
  static constexpr const char* kLast = R"sql(
SELECT step, windows, metrics.flops, measured FROM metrics JOIN cuts USING (run, place)
 WHERE run = ? AND NOT undone AND (cut IS NULL OR step <= cut)
 ORDER BY place DESC, metrics.seq DESC LIMIT 20)sql";
  for (auto& [run, summary] : summaries) {
    SQLite::Statement& statement = bind_all(use(kLast), run);
    while (!(summary.train_loss && summary.mfu_step) && statement.executeStep()) {
      Columns row(statement);
      add_earlier_metrics(summary, row);
    }
    statement.tryReset();
  }
}

void add_last_evals(const Use& use, const Asked& asked, Summaries& summaries) {
  static const std::string kEvals = over_asked(R"sql(
SELECT run, place, evals.step, strategy, tier, loss, baseline_loss, correlation, se, n
  FROM asked CROSS JOIN evals USING (run) JOIN cuts USING (run, place)
 WHERE tier = 'test' AND NOT undone AND (cut IS NULL OR evals.step <= cut)
 ORDER BY run, place, evals.seq)sql");
  std::map<std::string, LastEvals> last;
  each_row(bind_asked(use(kEvals.c_str()), asked), [&](Columns& row) {
    LastEvals& evals = last[row.text()];
    evals.take(read_eval(row));
  });
  for (const auto& [run, evals] : last) { add_last_evals(summaries[run], evals); }
}

Summaries summaries_of(const Use& use, const Asked& asked) {
  Summaries summaries;
  add_sums(use, asked, summaries);
  add_last_metrics(use, summaries);
  add_last_evals(use, asked, summaries);
  return summaries;
}

}  // namespace

std::vector<SpentRow> Store::spent() const {
  static constexpr const char* kSelect = R"sql(
SELECT run, COALESCE(ending_class, ''),
       MAX(0.0, said_at - COALESCE(started_at, said_at)) * world / 3600,
       (all_step_s - kept_step_s) * world / 3600
  FROM attempts ORDER BY run, place)sql";
  std::vector<SpentRow> rows;
  each_row(connection_->use(kSelect), [&](Columns& row) {
    SpentRow& out = rows.emplace_back();
    out.run = row.text();
    out.failure_class = row.text();
    out.device_hours = row.real();
    out.wasted_device_hours = row.real();
  });
  return rows;
}

std::vector<Ceiling> Store::ceilings() const {
  static constexpr const char* kSelect =
      "SELECT sweep, device_hours, stops, text FROM ceilings ORDER BY sweep";
  std::vector<Ceiling> rows;
  each_row(connection_->use(kSelect), [&](Columns& row) {
    Ceiling& out = rows.emplace_back();
    out.sweep = row.text();
    out.device_hours = row.real();
    out.stops_runs = row.flag();
    out.text = row.text();
  });
  return rows;
}

std::vector<Charge> Store::charges() const {
  static constexpr const char* kSelect = R"sql(
SELECT members.sweep, members.run, json_extract(plan, '$.device_hours'),
       (SELECT TOTAL(MAX(0.0, said_at - COALESCE(started_at, said_at)) * world) / 3600
          FROM attempts WHERE attempts.run = members.run)
  FROM ceilings JOIN members USING (sweep) ORDER BY members.sweep, members.run)sql";
  std::vector<Charge> rows;
  each_row(connection_->use(kSelect), [&](Columns& row) {
    Charge& out = rows.emplace_back();
    out.sweep = row.text();
    out.run = row.text();
    out.device_hours = row.maybe_real();
    out.used_device_hours = row.real();
  });
  return rows;
}

std::vector<FinishedRow> Store::finished() const {
  static constexpr const char* kSelect = R"sql(
SELECT id, point, id_version,
       flops * (step - COALESCE(resumed_from_step, 0)) / MAX(step, 1),
       MAX(0.0, said_at - COALESCE(started_at, said_at)) * world,
       COALESCE(json_extract(devices, '$[0]'), ''), COALESCE(ended_at, said_at)
  FROM runs JOIN points ON points.run = id
  JOIN attempts ON attempts.run = id
   AND place = (SELECT MAX(place) FROM attempts AS last WHERE last.run = id)
 WHERE state = 'done' ORDER BY COALESCE(ended_at, said_at), id)sql";
  std::vector<FinishedRow> rows;
  each_row(connection_->use(kSelect), [&](Columns& row) {
    FinishedRow& out = rows.emplace_back();
    out.run = row.text();
    out.point = row.text();
    out.id_version = row.integer();
    out.flops = row.real();
    out.device_s = row.real();
    out.device = row.text();
    out.ended_at = row.real();
  });
  return rows;
}

// One that was never seen at work has ended at once.
std::vector<NodeVisit> Store::node_visits(Time since) const {
  static constexpr const char* kSelect = R"sql(
SELECT run, nodes, ending_class, ending_node, COALESCE(started_at, launched_at, ended_at), ended_at
  FROM attempts WHERE nodes <> '[]' AND ended_at >= ? ORDER BY ended_at, run)sql";
  std::vector<NodeVisit> rows;
  each_row(bind_all(connection_->use(kSelect), since), [&](Columns& row) {
    NodeVisit& out = rows.emplace_back();
    out.run = row.text();
    out.nodes = nlohmann::json::parse(row.text()).get<std::vector<std::string>>();
    const auto failure_class = row.maybe_text();
    if (failure_class) { out.failure_class = protocol::failure_class_named(*failure_class); }
    out.culprit = row.text();
    out.began_at = row.real();
    out.ended_at = row.real();
  });
  return rows;
}

Summary Store::summary(const std::string& run) const {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  return summaries_of(use, {.run = run, .sweep = {}, .ids = {}})[run];
}

std::map<std::string, Summary> Store::summaries(const std::optional<std::string>& sweep) const {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  return summaries_of(use, {.run = {}, .sweep = sweep, .ids = {}});
}

std::map<std::string, Summary> Store::summaries_with(const std::vector<std::string>& ids) const {
  const Use use = [&](const char* sql) -> SQLite::Statement& { return connection_->use(sql); };
  return summaries_of(use, asked_for(ids));
}

}  // namespace enigma::db
