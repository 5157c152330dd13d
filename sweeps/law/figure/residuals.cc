#include "sweeps/law/figure/runs.h"
#include "sweeps/law/table/points.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace enigma::law {

namespace {

/// The running median: rows in each step, and steps that make it worth a line.
constexpr size_t kLeastWindow = 12, kMedianSteps = 12;
/// Scale that makes a median absolute deviation a normal distribution's sd.
constexpr double kNormal = 1.4826;

struct Residual {
  Row row;
  double value = 0;
};

/// r = log predicted − log observed, or predicted − observed, of every row of every fit.
std::vector<Residual> residuals_of(const FigureInput& input) {
  std::vector<Residual> all;
  for (const auto& [group, fit] : fits_of(input)) {
    const std::vector<double> predicted = losses_at(*fit, fit->values, fit->rows);
    for (size_t k = 0; k < predicted.size(); ++k) {
      const double observed = fit->rows[k].loss;
      const bool log = fit->objective.space == Space::log;
      all.push_back(
          {fit->rows[k], log ? std::log(predicted[k] / observed) : predicted[k] - observed});
    }
  }
  return all;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<long>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double robust_sd(const std::vector<Residual>& all) {
  std::vector<double> sizes;
  for (const Residual& one : all) { sizes.push_back(std::abs(one.value)); }
  return kNormal * median(sizes);
}

/// What is left of a trend: medians over neighbours in x, where rows are many.
Series trend_of(const std::vector<Residual>& all, const std::function<double(const Row&)>& x) {
  Series trend{.kind = "running median"};
  trend.look = {.color = "#000000", .line_pt = 1.1};
  std::vector<std::pair<double, double>> places;
  for (const Residual& one : all) { places.emplace_back(x(one.row), one.value); }
  std::sort(places.begin(), places.end());
  const size_t window = std::max(kLeastWindow, places.size() / kMedianSteps);
  if (places.size() < 3 * window) { return trend; }
  const size_t steps = places.size() / window;
  for (size_t k = 0; k < steps; ++k) {
    const size_t from = k * places.size() / steps, to = (k + 1) * places.size() / steps;
    std::vector<double> at, value;
    for (size_t i = from; i < to; ++i) {
      at.push_back(places[i].first);
      value.push_back(places[i].second);
    }
    const double here = median(at);
    if (trend.data.empty() || here > trend.data.back().x) {
      trend.data.push_back({.x = here, .y = median(value)});
    }
  }
  return trend;
}

/// The axes that were mapped and vary; FLOPs too where size and data give them.
std::vector<char> varying_axes(const FigureInput& input, const std::vector<Residual>& all) {
  const Table& table = input.table;
  std::vector<char> axes;
  for (const char axis : {'N', 'D', 'C', 'U'}) {
    const bool mapped = table.has(axis) || (axis == 'C' && table.has('N') && table.has('D'));
    std::set<double> values;
    for (const Residual& one : all) {
      values.insert(axis == 'C' ? flops_of(one.row) : axis_value(one.row, axis));
    }
    if (mapped && values.size() > 1) { axes.push_back(axis); }
  }
  return axes;
}

Panel panel_of(const FigureInput& input, const SizeScale& scale, char axis,
               const std::vector<Residual>& all) {
  const auto x = [axis](const Row& row) {
    return axis == 'C' ? flops_of(row) : axis_value(row, axis);
  };
  const bool six_nd = axis == 'C' && !input.table.has('C');
  Panel panel{.name = std::string(1, axis)};
  panel.x = {std::string(1, static_cast<char>(std::tolower(axis))),
             six_nd ? "training compute, 6ND (FLOPs)" : label_of(input, axis)};
  panel.y = {"residual", "ln(predicted / loss)", Scale::linear};
  if (fits_of(input).front().second->objective.space == Space::linear) {
    panel.y.label = "predicted − loss";
  }
  std::map<std::string, double> by_id;
  std::vector<Row> rows;
  for (const Residual& one : all) {
    by_id[one.row.id] = one.value;
    rows.push_back(one.row);
  }
  panel.series =
      run_series(input, scale, rows, x, [&](const Row& row) { return by_id.at(row.id); });
  Series trend = trend_of(all, x);
  if (!trend.data.empty()) { panel.series.push_back(std::move(trend)); }
  const double sd = robust_sd(all);
  panel.rules.push_back({"zero", "", 'y', 0, {.color = "#444444", .line_pt = 0.6}});
  const Look dashed{.color = "#777777", .line_pt = 0.5, .dash = 1};
  panel.rules.push_back({"robust sd", "", 'y', sd, dashed});
  panel.rules.push_back({"robust sd", "", 'y', -sd, dashed});
  panel.facts["robust_sd"] = sd;
  return panel;
}

}  // namespace

Picture residuals(const FigureInput& input) {
  require_formula(input, "residuals");
  const SizeScale scale = size_scale(input.table);
  const std::vector<Residual> all = residuals_of(input);
  Picture picture{.kind = "residuals"};
  bool trend = false;
  for (const char axis : varying_axes(input, all)) {
    picture.panels.push_back(panel_of(input, scale, axis, all));
    trend = trend || picture.panels.back().series.back().kind == "running median";
  }
  add_run_legends(input, scale, false, false, picture);
  KeyBlock block;
  if (trend) { block.keys.push_back({"running median", {.line_pt = 1.1}}); }
  block.keys.push_back({fmt::format("± robust sd {:.2g}", robust_sd(all)),
                        {.color = "#777777", .line_pt = 0.5, .dash = 1}});
  picture.legend.push_back(std::move(block));
  return picture;
}

}  // namespace enigma::law
