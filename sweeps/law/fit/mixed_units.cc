#include "sweeps/law/fit/mixed_units.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace enigma::law {

namespace {

/// A gap in an axis is suspicious from this many decades on, if it is so many times the next
/// widest.
constexpr double kGapDecades = 1.5;
constexpr double kGapTimes = 3;
/// The law fits far better where its objective falls below this share.
constexpr double kFarBetter = 0.5;
constexpr double kBitsFarBetter = 0.3;
constexpr size_t kFewestInBits = 3;
constexpr int kStarts = 48;
constexpr int kRounds = 8;

double& value_of(Row& row, char axis) {
  return axis == 'N' ? row.n : axis == 'D' ? row.d : axis == 'C' ? row.c : row.u;
}

std::string ids_of(const std::vector<Row>& rows, const std::vector<size_t>& which) {
  std::string text;
  for (size_t k = 0; k < which.size() && k < 6; ++k) {
    text += (k > 0 ? ", " : "") + rows[which[k]].id.text();
  }
  return text + (which.size() > 6 ? ", …" : "");
}

std::string told(const std::string& column, const std::string& found) {
  return fmt::format(
      "the column '{}' may stand in two units: {}. If it does, convert those rows or leave them "
      "out "
      "with --where; if they are outliers, nothing needs to be done",
      column, found);
}

std::string column_of(const Fit& fit, char axis) {
  const auto found = fit.axis_names.find(std::string(1, axis));
  return found == fit.axis_names.end() ? std::string(1, axis) : found->second;
}

struct Gap {
  double from = 0, width = 0, next = 0;  ///< decades; `next` is the second widest
};

Gap widest_gap(std::vector<double> logs) {
  std::sort(logs.begin(), logs.end());
  Gap gap;
  for (size_t k = 1; k < logs.size(); ++k) {
    const double width = logs[k] - logs[k - 1];
    if (width > gap.width) {
      gap = {.from = logs[k - 1], .width = width, .next = gap.width};
    } else {
      gap.next = std::max(gap.next, width);
    }
  }
  return gap;
}

/// The heaps of C/(N·D), where the three were measured each for itself.
std::optional<std::string> inconsistent(const Fit& fit) {
  if (fit.d_from_c) { return std::nullopt; }
  std::vector<double> ratio;
  for (const Row& row : fit.rows) { ratio.push_back(std::log10(row.c / (row.n * row.d))); }
  if (std::any_of(ratio.begin(), ratio.end(), [](double r) { return !std::isfinite(r); })) {
    return std::nullopt;
  }
  const Gap gap = widest_gap(ratio);
  const double thousands = std::round(gap.width / 3);
  if (thousands < 1 || std::abs(gap.width - 3 * thousands) > 0.5) { return std::nullopt; }
  std::vector<size_t> low, high;
  for (size_t k = 0; k < ratio.size(); ++k) { (ratio[k] <= gap.from ? low : high).push_back(k); }
  const auto& few = low.size() < high.size() ? low : high;
  return told(
      fmt::format("{}, {}, {}", column_of(fit, 'N'), column_of(fit, 'D'), column_of(fit, 'C')),
      fmt::format("C/(N*D) of {} of {} rows ({}) is 1e{:.0f} times that of the others", few.size(),
                  ratio.size(), ids_of(fit.rows, few),
                  &few == &high ? 3 * thousands : -3 * thousands));
}

std::optional<std::string> gap_in(const Fit& fit, const FitOptions& options, char axis,
                                  double objective) {
  std::vector<double> logs;
  for (const Row& row : fit.rows) { logs.push_back(std::log10(axis_value(row, axis))); }
  const Gap gap = widest_gap(logs);
  if (gap.width < kGapDecades || gap.width < kGapTimes * gap.next) { return std::nullopt; }
  std::vector<size_t> below;
  for (size_t k = 0; k < logs.size(); ++k) {
    if (logs[k] <= gap.from) { below.push_back(k); }
  }
  double best = kFarBetter * objective, by = 0;
  for (const double factor : {1e3, 1e6, 1e9}) {
    std::vector<Row> rows = fit.rows;
    for (const size_t k : below) { value_of(rows[k], axis) *= factor; }
    const auto again = refit(fit, options, in_canonical_order(rows), fit.objective, kStarts);
    if (!again || !(again->objective < best)) { continue; }
    best = again->objective;
    by = factor;
  }
  if (by == 0) { return std::nullopt; }
  return told(column_of(fit, axis),
              fmt::format("{} of {} rows ({}) fit the others when they are multiplied by {:.0e}",
                          below.size(), logs.size(), ids_of(fit.rows, below), by));
}

/// Rows taken for bits, and the objective that is reached with them.
struct Taken {
  std::vector<size_t> rows;
  double objective = INFINITY;
};

/// From the law `values`: rows whose loss is nearer to it in bits are taken for bits, and the law
/// is fitted again, in turn.
Taken taken_from(const Fit& fit, const FitOptions& options, const Vector& values) {
  const double shift = -std::log(std::numbers::ln2);  // a loss in bits is larger by so much in log
  Fit now = fit;
  now.values = values;
  Taken taken;
  for (int round = 0; round < kRounds; ++round) {
    now.rows = fit.rows;
    const std::vector<double> residuals = residuals_of(now, options);
    std::vector<size_t> next;
    for (size_t k = 0; k < residuals.size(); ++k) {
      if (residuals[k] < -shift / 2) { next.push_back(k); }
    }
    if (next == taken.rows || next.empty()) { break; }
    taken.rows = next;
    for (const size_t k : next) { now.rows[k].loss *= std::numbers::ln2; }
    const auto again = refit(now, options, now.rows, fit.objective, kStarts);
    if (!again) { return {}; }
    now.values = again->values;
    taken.objective = again->objective;
  }
  return taken;
}

/// The law of the half of the rows that lie lowest against `fit`, then of the half that lies
/// nearest to that law, and so on: rows in bits fall out of it.
std::optional<Vector> lower_half(const Fit& fit, const FitOptions& options) {
  Fit now = fit;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> far = residuals_of(now, options);
    for (double& residual : far) { residual = round == 0 ? -residual : std::abs(residual); }
    std::vector<double> sorted = far;
    std::sort(sorted.begin(), sorted.end());
    std::vector<Row> rows;
    for (size_t k = 0; k < far.size(); ++k) {
      if (far[k] <= sorted[sorted.size() / 2]) { rows.push_back(fit.rows[k]); }
    }
    const auto again = refit(now, options, rows, fit.objective, kStarts);
    if (!again) { return std::nullopt; }
    now.values = again->values;
  }
  return now.values;
}

std::optional<std::string> bits(const Fit& fit, const FitOptions& options, double objective) {
  if (fit.objective.space != Space::log) { return std::nullopt; }
  Taken taken = taken_from(fit, options, fit.values);
  if (const auto low = lower_half(fit, options)) {
    const Taken other = taken_from(fit, options, *low);
    if (other.objective < taken.objective) { taken = other; }
  }
  const size_t count = fit.rows.size();
  if (taken.rows.size() < kFewestInBits || taken.rows.size() + kFewestInBits > count) {
    return std::nullopt;
  }
  if (!(taken.objective < kBitsFarBetter * objective)) { return std::nullopt; }
  return told(fit.axis_names.contains("loss") ? fit.axis_names.at("loss") : "loss",
              fmt::format("{} of {} rows ({}) fit the others when they are taken for bits",
                          taken.rows.size(), count, ids_of(fit.rows, taken.rows)));
}

}  // namespace

std::optional<std::string> mixed_units(const Fit& fit, const FitOptions& options) {
  if (const auto found = inconsistent(fit)) { return found; }
  const auto known = refit(fit, options, fit.rows, fit.objective, 0);
  if (!known) { return std::nullopt; }
  for (const char axis : fit.axes) {
    if (const auto found = gap_in(fit, options, axis, known->objective)) { return found; }
  }
  return bits(fit, options, known->objective);
}

}  // namespace enigma::law
