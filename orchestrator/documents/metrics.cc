#include "orchestrator/documents/metrics.h"

#include <map>
#include <set>

namespace enigma::documents {
namespace {

using Place = std::pair<int64_t, int64_t>;  ///< attempt, step

Json row_json(const db::MetricsRow& row, const std::string& name, Json value) {
  return {{"attempt", row.attempt},   {"step", row.step},     {"windows", row.windows},
          {"flops", row.flops},       {"wall_s", row.wall_s}, {"name", name},
          {"value", std::move(value)}};
}

/// An evaluation has no clock of its own: the report of its step says windows, FLOPs and time.
Json eval_row(const db::EvalRow& row, const std::map<Place, db::MetricsRow>& metrics,
              const std::string& name, Json value) {
  const auto found = metrics.find({row.attempt, row.eval.step});
  const bool known = found != metrics.end();
  return {{"attempt", row.attempt},
          {"step", row.eval.step},
          {"windows", known ? Json(found->second.windows) : Json()},
          {"flops", known ? Json(found->second.flops) : Json()},
          {"wall_s", known ? Json(found->second.wall_s) : Json()},
          {"name", name},
          {"value", std::move(value)}};
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

Json metric_rows(const db::Store& store, const std::string& run, bool all_attempts) {
  auto rows = Json::array();
  std::map<Place, db::MetricsRow> metrics;
  std::set<std::pair<Place, std::string>> told;
  for (const db::MetricsRow& row : store.metrics(run, all_attempts)) {
    metrics[{row.attempt, row.step}] = row;
    for (const auto& [name, value] : row.values) {
      rows.push_back(row_json(row, name, or_null(value)));
      told.emplace(Place{row.attempt, row.step}, name);
    }
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
    rows.push_back(eval_row(row, metrics, name, or_null(row.eval.correlation)));
  }
  for (const auto& [place, mean] : losses) {
    if (told.contains({place, "test_loss"})) { continue; }
    const double loss = mean.loss / static_cast<double>(mean.count);
    rows.push_back(eval_row(mean.first, metrics, "test_loss", loss));
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
