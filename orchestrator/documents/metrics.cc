#include "orchestrator/documents/metrics.h"

#include <map>
#include <set>

namespace enigma::documents {
namespace {

using Place = std::pair<int64_t, int64_t>;  ///< attempt, step

/// An evaluation has no clock of its own: the report of its step says windows, FLOPs and time.
MetricValue value_of(const db::EvalRow& row, const std::map<Place, db::MetricsRow>& metrics,
                     const std::string& name, std::optional<double> value) {
  MetricValue out{row.attempt, row.eval.step, {}, {}, {}, name, value};
  const auto found = metrics.find({row.attempt, row.eval.step});
  if (found == metrics.end()) { return out; }
  out.windows = found->second.windows;
  out.flops = found->second.flops;
  out.wall_s = found->second.wall_s;
  return out;
}

/// What evaluations say, too.
bool is_of_evals(const std::string& name) {
  return name == "test_loss" || name.starts_with("test_correlation/");
}

/// test_loss of a step: the mean over its strategies.
struct MeanLoss {
  double loss = 0;
  int64_t count = 0;
  db::EvalRow first;
};

std::string cell(const Json& value) {
  if (value.is_null()) { return ""; }
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.find_first_of(",\"\r\n") == std::string::npos) { return text; }
  std::string quoted = "\"";
  for (const char c : text) { quoted += c == '"' ? "\"\"" : std::string(1, c); }
  return quoted + "\"";
}

}  // namespace

std::vector<MetricValue> metric_values(const db::Store& store, const std::string& run,
                                       bool all_attempts) {
  std::vector<MetricValue> values;
  std::map<Place, db::MetricsRow> metrics;
  std::set<std::pair<Place, std::string>> told;
  for (db::MetricsRow& row : store.metrics(run, all_attempts)) {
    const Place place{row.attempt, row.step};
    for (const auto& [name, value] : row.values) {
      values.push_back({row.attempt, row.step, row.windows, row.flops, row.wall_s, name, value});
      if (is_of_evals(name)) { told.emplace(place, name); }
    }
    row.values.clear();
    metrics[place] = std::move(row);
  }
  std::map<Place, MeanLoss> losses;
  for (const db::EvalRow& row : store.evals(run, all_attempts)) {
    if (row.eval.tier != "test") { continue; }
    auto& [loss, count, first] = losses[{row.attempt, row.eval.step}];
    if (count++ == 0) { first = row; }
    loss += row.eval.loss;
    const std::string name = "test_correlation/" + row.eval.strategy;
    // A worker may have said the same among its metrics: once is enough.
    if (told.contains({{row.attempt, row.eval.step}, name})) { continue; }
    values.push_back(value_of(row, metrics, name, row.eval.correlation));
  }
  for (const auto& [place, mean] : losses) {
    if (told.contains({place, "test_loss"})) { continue; }
    const double loss = mean.loss / static_cast<double>(mean.count);
    values.push_back(value_of(mean.first, metrics, "test_loss", loss));
  }
  return values;
}

Json rows_json(const std::vector<MetricValue>& values) {
  auto rows = Json::array();
  for (const MetricValue& one : values) {
    // Member by member: a list of them would be copied, and a curve has thousands.
    Json& row = rows.emplace_back(Json::object());
    row["attempt"] = one.attempt;
    row["step"] = one.step;
    row["windows"] = or_null(one.windows);
    row["flops"] = or_null(one.flops);
    row["wall_s"] = or_null(one.wall_s);
    row["name"] = one.name;
    row["value"] = or_null(one.value);
  }
  return rows;
}

std::string csv_line(const std::vector<Json>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) { line += (i == 0 ? "" : ",") + cell(cells[i]); }
  return line + "\n";
}

std::string to_csv(const Json& rows) {
  if (!rows.is_array() || rows.empty()) { return ""; }
  std::vector<Json> head;
  for (const auto& [key, value] : rows.front().items()) { head.emplace_back(key); }
  std::string text = csv_line(head);
  for (const Json& row : rows) {
    std::vector<Json> cells;
    for (const Json& key : head) { cells.push_back(member(row, key.get<std::string>().c_str())); }
    text += csv_line(cells);
  }
  return text;
}

}  // namespace enigma::documents
