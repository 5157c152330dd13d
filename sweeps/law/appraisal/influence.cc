#include "sweeps/law/appraisal/influence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// An exact refit each: beyond this only those with the largest residuals are tried.
constexpr size_t kMostLeftOut = 300;
constexpr size_t kMostRows = 300'000;  ///< in all refits together
constexpr size_t kShown = 5;
/// Of normal noise one row in two million lies farther.
constexpr double kFar = 5;
constexpr int kStarts = 32;
/// A single unit that moves a parameter by more than this many standard errors is told.
constexpr double kLargeShift = 1;

std::vector<Row> without(const std::vector<Row>& rows, const std::vector<size_t>& leave) {
  std::vector<bool> left(rows.size(), false);
  for (const size_t k : leave) { left[k] = true; }
  std::vector<Row> kept;
  for (size_t k = 0; k < rows.size(); ++k) {
    if (!left[k]) { kept.push_back(rows[k]); }
  }
  return kept;
}

double shift_of(const Fit& fit, const Vector& values) {
  double largest = 0;
  for (size_t j = 0; j < fit.parameters.size(); ++j) {
    const ParameterFit& p = fit.parameters[j];
    if (p.verdict != ParameterVerdict::identified || !p.se || !(*p.se > 0)) { continue; }
    const double change = values[static_cast<Eigen::Index>(j)] - *p.value;
    largest = std::max(largest, std::abs(change) / *p.se);
  }
  return largest;
}

/// Units in the order of their largest residual.
std::vector<Unit> suspects(const Fit& fit, const std::vector<double>& residuals) {
  std::vector<Unit> units = units_of(fit);
  const auto worst = [&](const Unit& unit) {
    double most = 0;
    for (const size_t k : unit.rows) { most = std::max(most, std::abs(residuals[k])); }
    return most;
  };
  std::stable_sort(units.begin(), units.end(),
                   [&](const Unit& a, const Unit& b) { return worst(a) > worst(b); });
  const size_t most = std::clamp<size_t>(kMostRows / fit.rows.size(), kShown, kMostLeftOut);
  if (units.size() > most) { units.resize(most); }
  return units;
}

void add_left_out(const Fit& fit, const FitOptions& options, const std::vector<double>& residuals,
                  Influence& influence) {
  for (const Unit& unit : suspects(fit, residuals)) {
    const auto again = refit(fit, options, without(fit.rows, unit.rows), fit.objective, 0);
    if (!again) { continue; }
    ++influence.left_out;
    influence.most.push_back({unit.id, again->values, again->a, shift_of(fit, again->values)});
  }
  std::stable_sort(influence.most.begin(), influence.most.end(),
                   [](const LeftOut& a, const LeftOut& b) { return a.shift > b.shift; });
  if (influence.most.size() > kShown) { influence.most.resize(kShown); }
}

void add_outliers(const Fit& fit, const FitOptions& options, const std::vector<double>& residuals,
                  Influence& influence) {
  std::vector<size_t> far;
  for (size_t k = 0; k < residuals.size(); ++k) {
    const double deviations = std::abs(residuals[k]) / influence.residual_sd;
    if (!(deviations > kFar)) { continue; }
    far.push_back(k);
    influence.outliers.push_back({fit.rows[k].id, residuals[k], deviations});
  }
  std::stable_sort(influence.outliers.begin(), influence.outliers.end(),
                   [](const Outlier& a, const Outlier& b) { return a.deviations > b.deviations; });
  if (far.empty()) { return; }
  influence.without = refit(fit, options, without(fit.rows, far), fit.objective, kStarts);
}

std::string ids_of(const std::vector<Outlier>& outliers) {
  std::string text;
  for (size_t k = 0; k < outliers.size() && k < 6; ++k) {
    text += (k > 0 ? ", " : "") + outliers[k].id;
  }
  return text + (outliers.size() > 6 ? ", …" : "");
}

}  // namespace

Influence influence_of(const Fit& fit, const FitOptions& options) {
  const std::vector<double> residuals = residuals_of(fit, options);
  Influence influence{.residual_sd = robust_sd(residuals)};
  add_left_out(fit, options, residuals, influence);
  if (influence.residual_sd > 0) { add_outliers(fit, options, residuals, influence); }
  return influence;
}

std::vector<std::string> influence_warnings(const Fit& fit, const Influence& influence) {
  std::vector<std::string> warnings;
  if (!influence.outliers.empty()) {
    std::string effect;
    if (influence.without && influence.without->a && fit.a.value) {
      effect = fmt::format("; without them a = {:.3f} instead of {:.3f}", *influence.without->a,
                           *fit.a.value);
    }
    warnings.push_back(
        fmt::format("{} rows lie more than {} robust standard deviations off the "
                    "law ({}){}",
                    influence.outliers.size(), kFar, ids_of(influence.outliers), effect));
  }
  if (!influence.most.empty() && influence.most.front().shift > kLargeShift) {
    warnings.push_back(fmt::format("without {} alone a parameter moves by {:.1f} standard errors",
                                   influence.most.front().id, influence.most.front().shift));
  }
  return warnings;
}

}  // namespace enigma::law
