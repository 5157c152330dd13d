#include "sweeps/law/figure/palette.h"
#include "sweeps/law/figure/runs.h"

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

constexpr int kCurvePoints = 40;
/// Where sizes are many a curve reaches over the data of sizes within this factor.
constexpr double kNearSize = 1.6;
constexpr double kCurveLine = 0.8;

/// True where the fit says the loss of any size and amount of data.
bool has_curves(const Fit& fit) {
  const bool known = std::all_of(fit.axes.begin(), fit.axes.end(),
                                 [](char axis) { return axis == 'N' || axis == 'D'; });
  const bool on_data = std::find(fit.axes.begin(), fit.axes.end(), 'D') != fit.axes.end();
  return known && on_data && fit.verdict.code == VerdictCode::ok && fit.values.allFinite();
}

/// Data of the rows of size `n`, or of all where that is 0.
std::pair<double, double> range_of(const FigureInput& input, const SizeScale& scale, const Fit& fit,
                                   double n) {
  double low = INFINITY, high = 0;
  for (const Row& row : fit.rows) {
    const double ratio = input.table.has('N') ? drawn_n(scale, row) / n : 1;
    const double most = scale.many ? kNearSize : 1;
    if (n > 0 && (ratio > most || ratio < 1 / most)) { continue; }
    low = std::min(low, row.d);
    high = std::max(high, row.d);
  }
  return {low, high};
}

Series curve_of(const Fit& fit, double n, std::pair<double, double> range) {
  std::vector<Row> rows;
  for (int k = 0; k < kCurvePoints; ++k) {
    Row row;
    row.n = n;
    row.d = range.first * std::pow(range.second / range.first, k / (kCurvePoints - 1.0));
    row.loss = 1;
    rows.push_back(row);
  }
  const std::vector<double> losses = losses_at(fit, fit.values, rows);
  Series series{.kind = "fit"};
  for (size_t k = 0; k < losses.size(); ++k) {
    if (std::isfinite(losses[k])) { series.data.push_back({.x = rows[k].d, .y = losses[k]}); }
  }
  return series;
}

/// Curves of every fit that has them, for the sizes that the legend numbers.
void add_curves(const FigureInput& input, const SizeScale& scale, Panel& panel, Picture& picture) {
  const auto fits = fits_of(input);
  bool any = false;
  for (size_t k = 0; k < fits.size(); ++k) {
    const Fit& fit = *fits[k].second;
    if (!has_curves(fit)) { continue; }
    std::vector<double> sizes = numbered_sizes(scale);
    if (fit.axes.size() == 1) { sizes = {0}; }
    for (const double n : sizes) {
      const auto range = range_of(input, scale, fit, n);
      if (!(range.first < range.second)) { continue; }
      Series series = curve_of(fit, n, range);
      series.subset = fits[k].first;
      series.look = {.color = n > 0 ? color_of(scale, n) : "#000000",
                     .line_pt = kCurveLine,
                     .dash = subset_dash(k)};
      if (n > 0) {
        series.n = n;
        series.size = size_text(n);
      }
      panel.series.push_back(std::move(series));
      any = true;
    }
  }
  add_run_legends(input, scale, false, any, picture);
  if (any) {
    picture.legend.push_back({"", {{"fitted law", {.color = "#444444", .line_pt = kCurveLine}}}});
    return;
  }
  const auto& pooled = input.study.pooled;
  picture.note = "No curves. ";
  picture.note += !input.refused.empty() ? "No law is fitted: " + input.refused + "."
                  : pooled && pooled->verdict.code != VerdictCode::ok
                      ? pooled->verdict.sentence
                      : "The form does not give the loss of a size and an amount of data.";
}

}  // namespace

Picture loss_data(const FigureInput& input) {
  if (!input.table.has('D')) {
    throw InputError(
        {Diagnostic{.message = "--kind loss-data needs the data that every row has seen",
                    .expected = "D, or N and C, in --map"}});
  }
  const SizeScale scale = size_scale(input.table);
  Picture picture{.kind = "loss-data"};
  Panel panel{.name = "loss-data"};
  panel.x = {"d", label_of(input, 'D')};
  panel.y = loss_axis(input);
  panel.series = run_series(
      input, scale, input.table.rows, [](const Row& row) { return row.d; },
      [](const Row& row) { return row.loss; });
  add_curves(input, scale, panel, picture);
  picture.panels.push_back(std::move(panel));
  return picture;
}

}  // namespace enigma::law
