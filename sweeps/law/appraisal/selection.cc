#include "sweeps/law/appraisal/selection.h"

#include "sweeps/law/fit/refit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace enigma::law {

namespace {

constexpr int kStarts = 48;
constexpr int kCuts = 5;
/// What is better must be better by this share of the error, in this share of the cuts, …
constexpr double kClearShare = 0.1;
constexpr double kClearCuts = 0.75;
/// … and AICc must not prefer another by more than this (Burnham & Anderson 2002).
constexpr double kSameAicc = 2;

/// Forms on the same axes: those with N and D, or those with one axis.
std::vector<std::string> rivals(const Fit& fit) {
  std::vector<std::string> names = {fit.form};
  for (const std::string& name : form_names()) {
    const auto form = form_named(name);
    const bool same = form->axes.size() == fit.axes.size() || form->axes.empty();
    const bool one_axis = form->axes.empty();
    if (name == fit.form || !same || one_axis != (fit.axes.size() == 1)) { continue; }
    names.push_back(name);
  }
  return names;
}

Candidate candidate_of(const std::string& name, const Fit& fit, const FitOptions& options,
                       const std::vector<double>& cuts) {
  const auto form = form_named(name);
  const std::vector<Hold> holds = name == fit.form ? options.holds : std::vector<Hold>{};
  const Problem problem = make_problem(*form, fit.rows, fit.axes, fit.objective, holds);
  Candidate candidate{.form = name, .parameters = free_parameters(problem)};
  if (static_cast<int>(fit.rows.size()) < rows_needed(candidate.parameters)) { return candidate; }
  Fit as = fit;
  as.form = name;
  as.values =
      name == fit.form
          ? fit.values
          : form->values(estimate(problem, holds, kStarts, options.threads).minimum.coordinates,
                         problem.points);
  FitOptions held = options;
  held.holds = holds;
  candidate.aicc =
      aicc(residuals_of(as, held), candidate.parameters, fit.objective.kind != ObjectiveKind::l2);
  double sum = 0;
  for (const double cut : cuts) {
    const auto one =
        extrapolate(*form, fit.rows, fit.axes, fit.objective, holds, cut, kStarts, options.threads);
    if (!one) { continue; }
    candidate.cuts.push_back(*one);
    sum += one->mean_abs_rel;
  }
  if (!candidate.cuts.empty()) {
    candidate.mean_abs_rel = sum / static_cast<double>(candidate.cuts.size());
  }
  return candidate;
}

/// Share of the cuts at which `a` predicts better than `b`.
double wins(const Candidate& a, const Candidate& b) {
  if (a.cuts.size() != b.cuts.size() || a.cuts.empty()) { return 0; }
  double count = 0;
  for (size_t k = 0; k < a.cuts.size(); ++k) {
    count += a.cuts[k].mean_abs_rel < b.cuts[k].mean_abs_rel ? 1 : 0;
  }
  return count / static_cast<double>(a.cuts.size());
}

bool clearly_better(const Candidate& a, const Candidate& b) {
  return *a.mean_abs_rel < (1 - kClearShare) * *b.mean_abs_rel && wins(a, b) >= kClearCuts &&
         (!a.aicc || !b.aicc || *a.aicc <= *b.aicc + kSameAicc);
}

void choose(Selection& selection) {
  std::vector<const Candidate*> scored;
  for (const Candidate& one : selection.candidates) {
    if (one.mean_abs_rel) { scored.push_back(&one); }
  }
  if (scored.size() < 2) {
    selection.sentence = scored.empty() ? "Undetermined: too few rows below any cut of compute."
                                        : "No other form can be fitted to these rows.";
    return;
  }
  std::stable_sort(scored.begin(), scored.end(), [](const Candidate* a, const Candidate* b) {
    return *a->mean_abs_rel < *b->mean_abs_rel;
  });
  const Candidate& best = *scored.front();
  std::string rivals;
  for (size_t k = 1; k < scored.size(); ++k) {
    if (!clearly_better(best, *scored[k])) {
      rivals += (rivals.empty() ? "" : ", ") + scored[k]->form;
    }
  }
  if (rivals.empty()) {
    selection.chosen = best.form;
    selection.sentence =
        fmt::format("{} predicts best beyond its data, by {:.2f} % on average over {} cuts.",
                    best.form, 100 * *best.mean_abs_rel, best.cuts.size());
    return;
  }
  selection.sentence = fmt::format(
      "Undetermined: beyond their data these rows do not tell {} from {}.", best.form, rivals);
}

}  // namespace

std::optional<double> aicc(const std::vector<double>& residuals, int parameters, bool laplace) {
  const double n = static_cast<double>(residuals.size());
  const double k = parameters + 1;  // the width of the residuals is one more
  double sum = 0;
  for (const double residual : residuals) {
    sum += laplace ? std::abs(residual) : residual * residual;
  }
  if (n <= k + 1 || !(sum > 0) || !std::isfinite(sum)) { return std::nullopt; }
  const double twice = laplace ? 2 * n * (std::log(2 * sum / n) + 1)
                               : n * (std::log(2 * std::numbers::pi * sum / n) + 1);
  return twice + 2 * k + 2 * k * (k + 1) / (n - k - 1);
}

std::vector<double> rolling_cuts(const std::vector<Row>& rows, const std::vector<char>& axes) {
  std::vector<double> logs;
  for (const Row& row : rows) { logs.push_back(std::log(compute_of(row, axes))); }
  std::sort(logs.begin(), logs.end());
  const double count = static_cast<double>(logs.size());
  std::vector<std::pair<double, double>> gaps;  // width, place
  for (size_t k = 1; k < logs.size(); ++k) {
    const double below = static_cast<double>(k) / count;
    if (below < 0.4 || below > 0.85 || logs[k] - logs[k - 1] < 1e-6) { continue; }
    gaps.push_back({logs[k] - logs[k - 1], (logs[k] + logs[k - 1]) / 2});
  }
  std::stable_sort(gaps.begin(), gaps.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (gaps.size() > kCuts) { gaps.resize(kCuts); }
  std::vector<double> cuts;
  for (const auto& [width, place] : gaps) { cuts.push_back(std::exp(place)); }
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

Selection select_form(const Fit& fit, const FitOptions& options) {
  Selection selection;
  const std::vector<double> cuts = rolling_cuts(fit.rows, fit.axes);
  for (const std::string& name : rivals(fit)) {
    selection.candidates.push_back(candidate_of(name, fit, options, cuts));
  }
  choose(selection);
  return selection;
}

}  // namespace enigma::law
