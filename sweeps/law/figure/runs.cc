#include "sweeps/law/figure/runs.h"

#include "sweeps/law/figure/palette.h"
#include "sweeps/law/form/form.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace enigma::law {

namespace {

/// With more runs than this marks are smaller.
constexpr size_t kRunsLarge = 100;
constexpr double kLargeMark = 3.6, kSmallMark = 2.3, kLadderLine = 0.7;

/// Words for the columns of a sweep of this system, whose units are known.
const std::map<std::string, std::string>& words_of_columns() {
  static const std::map<std::string, std::string> words = {
      {"params_shared", "shared parameters"},
      {"windows", "data (windows seen)"},
      {"windows_unique", "unique data (windows)"},
      {"neuron_seconds", "data (neuron-seconds seen)"},
      {"neuron_seconds_unique", "unique data (neuron-seconds)"},
      {"flops", "training compute (FLOPs)"}};
  return words;
}

std::string axis_text(char axis) {
  switch (axis) {
    case 'N':
      return "parameters";
    case 'D':
      return "data";
    case 'C':
      return "training compute";
    default:
      return "unique data";
  }
}

bool names_subsets(const std::vector<std::string>& subsets) {
  return subsets.size() > 1 || (subsets.size() == 1 && !subsets.front().empty());
}

}  // namespace

double flops_of(const Row& row) {
  return std::isfinite(row.c) && row.c > 0 ? row.c : 6 * row.n * row.d;
}

std::vector<std::string> subsets_of(const FigureInput& input) {
  std::vector<std::string> subsets;
  for (const GroupFit& fit : input.study.fits) { subsets.push_back(fit.group); }
  std::set<std::string> names;
  for (const Row& row : input.table.rows) { names.insert(row.subset); }
  for (const std::string& name : names) {
    if (std::find(subsets.begin(), subsets.end(), name) == subsets.end()) {
      subsets.push_back(name);
    }
  }
  return subsets;
}

std::vector<std::pair<std::string, const Fit*>> fits_of(const FigureInput& input) {
  std::vector<std::pair<std::string, const Fit*>> fits;
  for (const GroupFit& one : input.study.fits) { fits.emplace_back(one.group, &one.fit); }
  if (fits.empty() && input.study.pooled) { fits.emplace_back("", &*input.study.pooled); }
  return fits;
}

void require_formula(const FigureInput& input, const std::string& kind) {
  if (form_named(input.options.form) == nullptr) {
    throw InputError(
        {{.message = "--kind " + kind + " needs a form that is one formula of the loss",
          .expected = "--form chinchilla or another of that sort",
          .found = input.options.form}});
  }
  if (fits_of(input).empty()) { throw FitRefused(input.refused); }
}

std::vector<double> losses_at(const Fit& fit, const Vector& values, const std::vector<Row>& rows) {
  const auto form = form_named(fit.form);
  if (form == nullptr || rows.empty()) { return {}; }
  const Points points = make_points(rows, fit.axes);
  Evaluation evaluation;
  form->evaluate(form->coordinates(values, points), points, evaluation);
  return {evaluation.prediction.begin(), evaluation.prediction.end()};
}

Look run_look(const SizeScale& scale, double n, size_t subset, size_t rows, bool joined) {
  Look look{.color = color_of(scale, n), .mark = subset_mark(subset)};
  look.mark_pt = rows > kRunsLarge ? kSmallMark : kLargeMark;
  look.dash = subset_dash(subset);
  look.line_pt = joined && !scale.many && !scale.sizes.empty() ? kLadderLine : 0;
  look.steps_once = true;
  return look;
}

std::vector<Series> run_series(const FigureInput& input, const SizeScale& scale,
                               const std::vector<Row>& rows,
                               const std::function<double(const Row&)>& x,
                               const std::function<double(const Row&)>& y) {
  const std::vector<std::string> subsets = subsets_of(input);
  std::map<std::pair<double, size_t>, Series> groups;
  for (const Row& row : rows) {
    const auto subset = std::find(subsets.begin(), subsets.end(), row.subset) - subsets.begin();
    const double n = input.table.has('N') ? drawn_n(scale, row) : 0;
    Series& series = groups[{n, static_cast<size_t>(subset)}];
    const Datum datum{.x = x(row), .y = y(row), .run = row.id};
    if (std::isfinite(datum.x) && std::isfinite(datum.y)) { series.data.push_back(datum); }
  }
  std::vector<Series> all;
  for (auto& [key, series] : groups) {
    series.kind = "run";
    series.subset = subsets[key.second];
    if (input.table.has('N')) {
      series.n = key.first;
      series.size = size_text(key.first);
    }
    series.look = run_look(scale, key.first, key.second, rows.size(), false);
    std::stable_sort(series.data.begin(), series.data.end(), [](const Datum& a, const Datum& b) {
      return std::pair(a.x, a.y) < std::pair(b.x, b.y);
    });
    all.push_back(std::move(series));
  }
  return all;
}

void add_run_legends(const FigureInput& input, const SizeScale& scale, bool joined, bool lines,
                     Picture& picture) {
  Look size = run_look(scale, 0, 0, 0, joined);
  const std::vector<std::string> subsets = subsets_of(input);
  size.dash = 0;
  if (names_subsets(subsets)) {  // the shape is then the subset's
    size.mark = 0;
    size.line_pt = 1.8;
  }
  add_size_legend(scale, size, picture);
  if (!names_subsets(subsets)) { return; }
  const std::string& by = input.study.by;
  KeyBlock block{by.empty() || by == "subset" ? "recordings" : by, {}};
  for (size_t k = 0; k < subsets.size(); ++k) {
    Look look = run_look(scale, 0, k, 0, joined);
    look.color = "#444444";
    if (lines) { look.line_pt = kLadderLine; }
    block.keys.push_back({subsets[k].empty() ? "(none)" : subsets[k], look});
  }
  picture.legend.push_back(std::move(block));
}

std::string label_of(const FigureInput& input, char axis) {
  const std::string letter(1, axis);
  const auto found = input.table.axis_names.find(letter);
  if (found == input.table.axis_names.end()) { return axis_text(axis); }
  const auto words = words_of_columns().find(found->second);
  if (words != words_of_columns().end()) { return words->second; }
  if (found->second == letter) { return axis_text(axis) + " " + letter; }
  if (axis == 'D' && input.table.d_from_c) { return "data, D = " + found->second; }
  return axis_text(axis) + " (" + found->second + ")";
}

Axis loss_axis(const FigureInput& input) {
  const auto& rows = input.table.rows;
  const bool positive =
      std::all_of(rows.begin(), rows.end(), [](const Row& row) { return row.loss > 0; });
  return {"loss", input.loss_label, positive ? Scale::log : Scale::linear};
}

std::string percent_text(double share) {
  return fmt::format("{:.4g} %", 100 * share);
}

}  // namespace enigma::law
