#include "sweeps/law/table/ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace enigma::law {

namespace {

/// A fall of less than this share of the loss over a whole ladder is no fall.
constexpr double kFlat = 1e-3;
/// Budgets within 10 % are one budget (the contract's reading for isoFLOP).
constexpr double kSameBudget = 1.1;
/// Sizes within a thousandth are one size: digitised figures repeat a size to many digits, not all.
constexpr double kSameSize = 1.001;

double budget_of(const Row& row) {
  return std::isfinite(row.c) && row.c > 0 ? row.c : row.d;
}

/// Seeds of one budget are one rung: their mean.
std::vector<Row> rungs_of(std::vector<Row> rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return budget_of(a) < budget_of(b); });
  std::vector<Row> rungs;
  double count = 0;
  for (Row& row : rows) {
    if (!rungs.empty() && budget_of(row) <= kSameBudget * budget_of(rungs.back())) {
      count += 1;
      rungs.back().loss += (row.loss - rungs.back().loss) / count;
      continue;
    }
    count = 1;
    rungs.push_back(std::move(row));
  }
  return rungs;
}

Trend trend_of(const std::vector<Row>& rungs) {
  if (!(rungs.back().loss < rungs.front().loss - kFlat * std::abs(rungs.front().loss))) {
    return Trend::flat_or_rising;
  }
  for (size_t k = 1; k < rungs.size(); ++k) {
    if (!(rungs[k].loss < rungs[k - 1].loss)) { return Trend::uneven; }
  }
  return Trend::falls;
}

}  // namespace

std::vector<Ladder> ladders(const Table& table) {
  std::map<std::pair<std::string, double>, std::vector<Row>> groups;
  for (const Row& row : table.rows) {
    const auto near = groups.lower_bound({row.subset.text(), row.n / kSameSize});
    const bool known = near != groups.end() && near->first.first == row.subset &&
                       near->first.second <= row.n * kSameSize;
    groups[known ? near->first : std::pair(row.subset.text(), row.n)].push_back(row);
  }
  std::vector<Ladder> found;
  for (auto& [key, rows] : groups) {
    Ladder ladder{.n = key.second, .subset = key.first, .rungs = rungs_of(std::move(rows))};
    if (ladder.rungs.size() < 2) { continue; }
    ladder.trend = trend_of(ladder.rungs);
    found.push_back(std::move(ladder));
  }
  return found;
}

std::string name_of(const Ladder& ladder) {
  const std::string size = fmt::format("N = {:.4g}", ladder.n);
  return ladder.subset.empty() ? size : size + ", subset " + ladder.subset;
}

}  // namespace enigma::law
