#include "sweeps/law/appraisal/sensitivity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace enigma::law {

namespace {

constexpr int kStarts = 32;

Variant under(const Fit& fit, const FitOptions& options, const Objective& objective,
              const std::string& choice) {
  return {choice, static_cast<int>(fit.rows.size()),
          refit(fit, options, fit.rows, objective, kStarts)};
}

/// Rows without the tenth that `key` puts first.
Variant without_tenth(const Fit& fit, const FitOptions& options, const std::string& choice,
                      const std::function<double(const Row&)>& key) {
  std::vector<Row> rows = fit.rows;
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Row& a, const Row& b) { return key(a) < key(b); });
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 10));
  rows = in_canonical_order(std::move(rows));
  const int count = static_cast<int>(rows.size());
  return {choice, count, refit(fit, options, rows, fit.objective, kStarts)};
}

std::vector<double> other_deltas(const Fit& fit, double residual_sd) {
  if (fit.objective.kind != ObjectiveKind::huber) { return {1e-3}; }
  std::vector<double> deltas = {fit.objective.delta / 10, fit.objective.delta * 10};
  if (residual_sd > 0) { deltas.push_back(residual_sd); }
  return deltas;
}

}  // namespace

std::vector<Variant> sensitivity_of(const Fit& fit, const FitOptions& options, double residual_sd) {
  std::vector<Variant> variants;
  Objective objective = fit.objective;
  objective.kind = ObjectiveKind::huber;
  for (const double delta : other_deltas(fit, residual_sd)) {
    objective.delta = delta;
    variants.push_back(under(fit, options, objective, fmt::format("huber:{:.2g}", delta)));
  }
  objective.delta = Objective{}.delta;
  for (const ObjectiveKind kind : {ObjectiveKind::l1, ObjectiveKind::l2}) {
    if (kind == fit.objective.kind) { continue; }
    objective.kind = kind;
    variants.push_back(under(fit, options, objective, name_of(kind)));
  }
  if (fit.rows.size() < 10) { return variants; }
  variants.push_back(without_tenth(fit, options, "without the tenth of rows with least compute",
                                   [&](const Row& row) { return compute_of(row, fit.axes); }));
  variants.push_back(without_tenth(fit, options, "without the tenth of rows with highest loss",
                                   [](const Row& row) { return -row.loss; }));
  return variants;
}

std::vector<std::string> sensitivity_warnings(const Fit& fit,
                                              const std::vector<Variant>& variants) {
  if (!fit.a.value || !fit.a.low || !fit.a.high) { return {}; }
  const Variant* farthest = nullptr;
  double most = *fit.a.high - *fit.a.low;
  for (const Variant& variant : variants) {
    if (!variant.refit || !variant.refit->a) { continue; }
    const double moved = std::abs(*variant.refit->a - *fit.a.value);
    if (moved <= most) { continue; }
    most = moved;
    farthest = &variant;
  }
  if (farthest == nullptr) { return {}; }
  return {fmt::format("{}: a = {:.3f} instead of {:.3f}, farther than its interval is wide",
                      farthest->choice, *farthest->refit->a, *fit.a.value)};
}

}  // namespace enigma::law
