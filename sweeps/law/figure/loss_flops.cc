#include "sweeps/law/figure/palette.h"
#include "sweeps/law/figure/runs.h"
#include "sweeps/law/table/cell_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// Points of a frontier's curve.
constexpr int kCurvePoints = 48;
/// How far beyond the largest budget a frontier is drawn.
constexpr double kBeyond = 3;
/// Baselines that differ by less are one line.
constexpr double kSameBaseline = 5e-3;
constexpr const char* kBandColor = "#777777";
constexpr const char* kBaselineColor = "#777777";
constexpr const char* kFrozenColor = "#000000";
/// A star among gnuplot's marks.
constexpr int kStar = 3;

/// The line of loss against C through the vertices or the envelope; none where it was fitted.
const PowerLine* line_of(const Fit& fit) {
  const auto& [isoflop, envelope] = fit.readings;
  if (isoflop && isoflop->loss) { return &*isoflop->loss; }
  return envelope && envelope->loss ? &*envelope->loss : nullptr;
}

/// True where the fit's curve over C can be told: its optimum, a line read off the runs, or the
/// form on the one axis C.
bool has_frontier(const Fit& fit) {
  const bool on_c = fit.axes == std::vector<char>{'C'} || line_of(fit) != nullptr;
  return has_optimum(fit) || (on_c && fit.verdict.code == VerdictCode::ok);
}

/// From the smallest budget to beyond the largest; a line that was read off the runs ends with
/// them.
std::vector<double> budgets(const Fit& fit) {
  double from = INFINITY, to = 0;
  for (const Row& row : fit.rows) {
    from = std::min(from, flops_of(row));
    to = std::max(to, flops_of(row));
  }
  const double beyond = line_of(fit) == nullptr ? kBeyond : 1;
  std::vector<double> flops;
  for (int k = 0; k < kCurvePoints; ++k) {
    flops.push_back(from * std::pow(beyond * to / from, k / (kCurvePoints - 1.0)));
  }
  return flops;
}

Series frontier_of(const Fit& fit, const std::string& group, size_t index) {
  Series frontier{.kind = fit.axes.size() > 1 ? "frontier" : "fit", .subset = group};
  frontier.look = {.line_pt = 1, .dash = subset_dash(index)};
  for (const double flops : budgets(fit)) {
    Datum datum{.x = flops};
    if (has_optimum(fit)) {
      const OptimumAt at = optimum_at(fit, flops);
      datum.y = at.place.loss;
      datum.n = at.place.n;
      datum.low = at.low;
      datum.high = at.high;
    } else if (const PowerLine* line = line_of(fit)) {
      datum.y = value_at(*line, flops);
    } else {
      const Interval at = predicted_on_axis(fit, flops);
      datum.y = at.value.value_or(NAN);
      datum.low = at.low;
      datum.high = at.high;
    }
    if (std::isfinite(datum.y)) { frontier.data.push_back(datum); }
  }
  return frontier;
}

/// The band lies under the runs, the line of the frontier above them: where there are hundreds of
/// runs it must stay visible. Both are one series in the numbers.
void add_frontier(Series line, Panel& panel) {
  Series band = line;
  band.told = false;
  band.look = {.color = kBandColor, .band = true};
  std::erase_if(band.data, [](const Datum& datum) { return !datum.low || !datum.high; });
  if (!band.data.empty()) { panel.series.insert(panel.series.begin(), std::move(band)); }
  panel.series.push_back(std::move(line));
}

/// Why there is no frontier, or not one for every group; empty where there is.
std::string why_none(const FigureInput& input) {
  if (!input.refused.empty()) { return "No frontier. No law is fitted: " + input.refused + "."; }
  const auto fits = fits_of(input);
  const auto has = [](const auto& one) { return has_frontier(*one.second); };
  const auto lacking = std::find_if_not(fits.begin(), fits.end(), has);
  const auto& pooled = input.study.pooled;
  if (std::none_of(fits.begin(), fits.end(), has) && pooled) {
    return has_frontier(*pooled) ? "" : "No frontier. " + pooled->verdict.sentence;
  }
  if (lacking != fits.end()) {
    return "No frontier for " + lacking->first + ". " + lacking->second->verdict.sentence;
  }
  for (const RefusedGroup& group : input.study.refused) {
    return "No frontier for " + group.group + ": " + group.why + ".";
  }
  return "";
}

void add_frontiers(const FigureInput& input, Panel& panel, Picture& picture) {
  std::vector<std::pair<std::string, const Fit*>> fits = fits_of(input);
  const auto& pooled = input.study.pooled;
  const auto has = [](const auto& one) { return has_frontier(*one.second); };
  picture.note = why_none(input);
  if (std::none_of(fits.begin(), fits.end(), has)) {
    if (!pooled || !has_frontier(*pooled)) { return; }
    fits = {{"", &*pooled}};
  }
  KeyBlock block;
  for (size_t k = 0; k < fits.size(); ++k) {
    if (!has_frontier(*fits[k].second)) { continue; }
    Series line = frontier_of(*fits[k].second, fits[k].first, k);
    if (block.keys.empty()) { block.keys.push_back({line.kind, {.line_pt = line.look.line_pt}}); }
    add_frontier(std::move(line), panel);
  }
  const double level = fits.front().second->level;
  panel.facts["level"] = level;
  if (!panel.series.front().told) {
    block.keys.push_back({percent_text(level) + " interval", {.color = kBandColor, .band = true}});
  }
  picture.legend.push_back(std::move(block));
}

/// Mean of the column `baseline_loss` by subset; nearly equal ones are told once.
std::vector<std::pair<std::string, double>> baselines(const FigureInput& input) {
  std::vector<std::pair<std::string, double>> found;
  for (const std::string& subset : subsets_of(input)) {
    double sum = 0, count = 0;
    for (const Row& row : input.table.rows) {
      const std::string* const cell = row.columns.find("baseline_loss");
      if (row.subset != subset || cell == nullptr) { continue; }
      const auto loss = number_of(*cell);
      if (!loss || !std::isfinite(*loss) || *loss <= 0) { continue; }
      sum += *loss;
      count += 1;
    }
    if (count == 0) { continue; }
    const double loss = sum / count;
    if (found.empty() || std::abs(loss / found.back().second - 1) >= kSameBaseline) {
      found.emplace_back(subset, loss);
    }
  }
  return found;
}

/// A baseline far above the curves would press them flat: it is then told in the legend alone.
bool is_near(double baseline, const Table& table) {
  double low = INFINITY, high = -INFINITY;
  for (const Row& row : table.rows) {
    low = std::min(low, row.loss);
    high = std::max(high, row.loss);
  }
  if (!(low > 0)) { return baseline < high + (high - low); }
  return std::log(baseline / high) < std::max(std::log(high / low), 0.02);
}

void add_baselines(const FigureInput& input, Panel& panel, Picture& picture) {
  const auto all = baselines(input);
  KeyBlock block;
  for (const auto& [subset, loss] : all) {
    const Look look{.color = kBaselineColor, .line_pt = 0.6, .dash = 1};
    std::string text = all.size() > 1 ? "mean rate, " + subset : "mean rate";
    if (is_near(loss, input.table)) {
      panel.rules.push_back({"baseline", subset, 'y', loss, look});
    } else {
      text += fmt::format(" {:.4g} ↑", loss);
      panel.facts["baseline_above"] = loss;
    }
    block.keys.push_back({text, look});
  }
  if (!block.keys.empty()) { picture.legend.push_back(std::move(block)); }
}

/// Each in the numbers under its name.
void add_frozen(const FigureInput& input, Panel& panel, Picture& picture) {
  if (input.frozen.empty()) { return; }
  Series stars{.kind = "forecast"};
  stars.look = {.color = kFrozenColor, .mark = kStar, .mark_pt = 5, .y_errors = true};
  for (const FrozenLoss& one : input.frozen) {
    stars.data.push_back({.x = one.flops,
                          .y = one.loss.value.value_or(NAN),
                          .low = one.loss.low,
                          .high = one.loss.high,
                          .n = one.n,
                          .run = one.name});
  }
  picture.legend.push_back({"", {{"frozen forecast", {.color = kFrozenColor, .mark = kStar}}}});
  panel.series.push_back(std::move(stars));
}

}  // namespace

Picture loss_flops(const FigureInput& input) {
  const Table& table = input.table;
  if (!table.has('C') && !(table.has('N') && table.has('D'))) {
    throw InputError({Diagnostic{.message = "--kind loss-flops needs the FLOPs of every row",
                                 .expected = "C, or N and D, in --map"}});
  }
  const SizeScale scale = size_scale(table);
  Picture picture{.kind = "loss-flops"};
  Panel panel{.name = "loss-flops"};
  panel.x = {"flops", table.has('C') ? label_of(input, 'C') : "training compute, 6ND (FLOPs)"};
  panel.y = loss_axis(input);
  panel.series =
      run_series(input, scale, table.rows, flops_of, [](const Row& row) { return row.loss; });
  const std::vector<std::string> subsets = subsets_of(input);
  for (Series& series : panel.series) {
    const auto subset = std::find(subsets.begin(), subsets.end(), series.subset);
    series.look = run_look(scale, series.n.value_or(0),
                           static_cast<size_t>(subset - subsets.begin()), table.rows.size(), true);
  }
  const bool several = input.study.fits.size() > 1;
  add_run_legends(input, scale, true, several, picture);
  add_frontiers(input, panel, picture);
  add_baselines(input, panel, picture);
  add_frozen(input, panel, picture);
  picture.panels.push_back(std::move(panel));
  return picture;
}

}  // namespace enigma::law
