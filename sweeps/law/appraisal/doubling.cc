#include "sweeps/law/appraisal/doubling.h"

#include <boost/math/distributions/students_t.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace enigma::law {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kSameBudget = 1.1;
constexpr double kSame = 1.001;

double budget_of(const Row& row) {
  return std::isfinite(row.c) && row.c > 0 ? row.c : row.d;
}

struct Pairs {
  std::vector<double> changes;  ///< of log loss per doubling
};

/// Changes between neighbours along `along` among rows of one budget; seeds are averaged.
void add_changes(std::vector<Row> rows, double (*along)(const Row&), Pairs& pairs) {
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Row& a, const Row& b) { return along(a) < along(b); });
  std::vector<std::pair<double, double>> steps;  // log2 of the axis, mean log loss
  std::vector<double> counts;
  for (const Row& row : rows) {
    const double x = std::log2(along(row)), y = std::log(row.loss);
    if (!std::isfinite(x) || !std::isfinite(y)) { continue; }
    if (!steps.empty() && x - steps.back().first < std::log2(kSame)) {
      counts.back() += 1;
      steps.back().second += (y - steps.back().second) / counts.back();
      continue;
    }
    steps.push_back({x, y});
    counts.push_back(1);
  }
  for (size_t k = 1; k < steps.size(); ++k) {
    pairs.changes.push_back((steps[k].second - steps[k - 1].second) /
                            (steps[k].first - steps[k - 1].first));
  }
}

std::optional<Doubling> mean_of(const Pairs& pairs, double level) {
  if (pairs.changes.empty()) { return std::nullopt; }
  const double count = static_cast<double>(pairs.changes.size());
  double mean = 0, squares = 0;
  for (const double change : pairs.changes) { mean += change / count; }
  for (const double change : pairs.changes) { squares += (change - mean) * (change - mean); }
  Doubling doubling{.change = std::expm1(mean), .pairs = static_cast<int>(pairs.changes.size())};
  if (count < 2) { return doubling; }
  const double se = std::sqrt(squares / (count - 1) / count);
  const double reach =
      se * boost::math::quantile(boost::math::students_t(count - 1), (1 + level) / 2);
  doubling.se = se;
  doubling.low = std::expm1(mean - reach);
  doubling.high = std::expm1(mean + reach);
  return doubling;
}

/// The rows of a group at the largest budget at which at least two values of `along` were run.
std::vector<Row> at_largest_budget(std::vector<Row> rows, double (*along)(const Row&)) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return budget_of(a) > budget_of(b); });
  for (size_t from = 0; from < rows.size(); ++from) {
    std::vector<Row> shared;
    for (size_t k = from; k < rows.size(); ++k) {
      if (budget_of(rows[k]) * kSameBudget >= budget_of(rows[from])) { shared.push_back(rows[k]); }
    }
    const auto [least, most] =
        std::minmax_element(shared.begin(), shared.end(),
                            [&](const Row& a, const Row& b) { return along(a) < along(b); });
    if (along(*most) > kSame * along(*least)) { return shared; }
  }
  return {};
}

double size_of(const Row& row) {
  return row.n;
}
double unique_of(const Row& row) {
  return row.u;
}

std::optional<Doubling> by_pairs(const std::vector<Row>& rows, bool unique, double level) {
  std::map<double, std::vector<Row>> groups;
  for (const Row& row : rows) {
    const double key = unique ? row.n : row.u;
    const double other = unique ? row.u : row.n;
    if (other > 0 && row.loss > 0) { groups[std::isfinite(key) ? key : 0].push_back(row); }
  }
  Pairs pairs;
  for (const auto& [key, group] : groups) {
    const auto along = unique ? unique_of : size_of;
    add_changes(at_largest_budget(group, along), along, pairs);
  }
  return mean_of(pairs, level);
}

/// A change of the law between two places, over its refits.
Doubling by_law(const Fit& fit, const Place& from, double n, double d) {
  const auto change = [&](const Vector& values) {
    return loss_at(fit.form, values, n, d) / loss_at(fit.form, values, from.n, from.d) - 1;
  };
  std::vector<double> refits;
  for (const Vector& values : fit.refits.values) { refits.push_back(change(values)); }
  const Interval interval = interval_over(fit, change(fit.values), std::move(refits));
  return {.change = change(fit.values), .low = interval.low, .high = interval.high};
}

/// What the verdict rests on, in the same numbers.
std::optional<Doubling> by_profile(const Fit& fit) {
  if (!fit.size_doubling || !fit.size_doubling->low) { return std::nullopt; }
  const SizeDoubling& known = *fit.size_doubling;
  return Doubling{.change = known.change, .low = known.low, .high = known.high};
}

std::string percent(const Doubling& doubling, double level) {
  std::string text =
      fmt::format("{} the loss by {:.2g} %", doubling.change > 0 ? "raises" : "lowers",
                  100 * std::abs(doubling.change));
  if (!doubling.low || !doubling.high) { return text; }
  return text + fmt::format(" ({:+.2g} %, {:g} % interval {:+.2g} to {:+.2g} %)",
                            100 * doubling.change, 100 * level, 100 * *doubling.low,
                            100 * *doubling.high);
}

std::string sentence_of(const Doublings& d, double level) {
  std::string text;
  if (d.data) {
    text = fmt::format("One more doubling of the {} {}", d.unique ? "unique data" : "data",
                       percent(*d.data, level));
  }
  if (d.size) {
    text += fmt::format("{} doubling of the parameters {}",
                        text.empty() ? "One more" : "; one more", percent(*d.size, level));
  }
  return text.empty() ? "" : text + ".";
}

}  // namespace

Doublings doublings_of(const Fit& fit, const std::vector<Row>& rows, double flops) {
  Doublings doublings{.data = by_pairs(rows, true, fit.level)};
  doublings.unique = doublings.data.has_value();
  if (has_optimum(fit)) {
    const Place place = best_place(fit.form, fit.values, fit.cost, flops);
    if (!doublings.data) { doublings.data = by_law(fit, place, place.n, 2 * place.d); }
    doublings.size = by_law(fit, place, 2 * place.n, place.d);
  } else {
    doublings.size = by_profile(fit);
    if (!doublings.size) { doublings.size = by_pairs(rows, false, fit.level); }
  }
  doublings.sentence = sentence_of(doublings, fit.level);
  return doublings;
}

Json to_json(const Doublings& doublings) {
  const auto number = [](const std::optional<double>& value) {
    return value && std::isfinite(*value) ? Json(*value) : Json();
  };
  const auto one = [&](const std::optional<Doubling>& doubling) -> Json {
    if (!doubling) { return nullptr; }
    return {{"relative_change", doubling->change},
            {"low", number(doubling->low)},
            {"high", number(doubling->high)},
            {"se", number(doubling->se)},
            {"pairs", doubling->pairs},
            {"basis", doubling->pairs > 0 ? "pairs of runs" : "the law"}};
  };
  return {{"data", one(doublings.data)},
          {"data_is_unique", doublings.unique},
          {"parameters", one(doublings.size)},
          {"sentence", doublings.sentence.empty() ? Json() : Json(doublings.sentence)}};
}

}  // namespace enigma::law
