#include "sweeps/law/figure/palette.h"
#include "sweeps/law/figure/runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// One group's test: its rows with the losses that the fit below the cut predicts for them.
struct Test {
  std::string group;
  Extrapolation result;
  std::vector<Row> rows;
  std::vector<double> predicted;
  std::vector<char> axes;
};

std::optional<Test> test_of(const std::string& group, const Fit& fit) {
  if (!fit.extrapolation) { return std::nullopt; }
  const Extrapolation& result = *fit.extrapolation;
  return Test{group, result, fit.rows, losses_at(fit, result.values, fit.rows), fit.axes};
}

Look cut_look() {
  return {.color = "#a03030", .line_pt = 0.8, .dash = 1};
}

double error_of(const Test& test, size_t k) {
  return test.predicted[k] / test.rows[k].loss - 1;
}

/// Rows of one test, those below the cut or those above it, as series of y over x.
template <typename Value>
void add_rows(const FigureInput& input, const SizeScale& scale, const Test& test, bool above,
              Panel& panel, Value value) {
  std::map<std::string, size_t> index;
  std::vector<Row> rows;
  for (size_t k = 0; k < test.rows.size(); ++k) {
    if ((compute_of(test.rows[k], test.axes) >= test.result.cut) != above) { continue; }
    index[test.rows[k].id] = k;
    rows.push_back(test.rows[k]);
  }
  std::vector<Series> all = run_series(
      input, scale, rows, [&](const Row& row) { return value(index.at(row.id)).first; },
      [&](const Row& row) { return value(index.at(row.id)).second; });
  for (Series& series : all) {
    series.kind = above ? "scored" : "fitted";
    if (!above) { series.look.mark = open_mark(series.look.mark); }
    series.look.mark_pt = run_look(scale, 0, 0, test.rows.size(), false).mark_pt;
    panel.series.push_back(std::move(series));
  }
}

Panel errors(const FigureInput& input, const SizeScale& scale, const std::vector<Test>& tests) {
  Panel panel{.name = "error"};
  const bool flops = tests.front().axes.size() > 1 || input.table.has('C');
  panel.x = {"compute",
             flops ? input.table.has('C') ? label_of(input, 'C') : "training compute, 6ND (FLOPs)"
                   : label_of(input, tests.front().axes.front())};
  panel.y = {"error_percent", "predicted / loss − 1 (%)", Scale::linear};
  for (const bool above : {false, true}) {
    for (const Test& test : tests) {
      add_rows(input, scale, test, above, panel, [&](size_t k) {
        return std::pair(compute_of(test.rows[k], test.axes), 100 * error_of(test, k));
      });
    }
  }
  panel.rules.push_back({"zero", "", 'y', 0, {.color = "#444444", .line_pt = 0.6}});
  for (const Test& test : tests) {
    panel.rules.push_back({"cut", test.group, 'x', test.result.cut, cut_look()});
  }
  return panel;
}

Panel parity(const FigureInput& input, const SizeScale& scale, const std::vector<Test>& tests) {
  Panel panel{.name = "predicted"};
  panel.x = loss_axis(input);
  panel.y = {"predicted", "predicted loss", panel.x.scale};
  double low = INFINITY, high = 0;
  for (const bool above : {false, true}) {
    for (const Test& test : tests) {
      add_rows(input, scale, test, above, panel,
               [&](size_t k) { return std::pair(test.rows[k].loss, test.predicted[k]); });
      for (size_t k = 0; k < test.rows.size(); ++k) {
        low = std::min({low, test.rows[k].loss, test.predicted[k]});
        high = std::max({high, test.rows[k].loss, test.predicted[k]});
      }
    }
  }
  if (!(low > 0)) { panel.x.scale = panel.y.scale = Scale::linear; }
  Series equal{.kind = "equal"};
  equal.look = {.color = "#444444", .line_pt = 0.6};
  for (const double at : {low, high}) { equal.data.push_back({.x = at, .y = at}); }
  panel.series.insert(panel.series.begin(), std::move(equal));
  return panel;
}

/// How many were fitted and scored, over the errors; how wrong they were, over the predictions.
void add_titles(const std::vector<Test>& tests, std::vector<Panel>& panels) {
  const Extrapolation& first = tests.front().result;
  double least = INFINITY, most = 0, worst = 0;
  for (const Test& test : tests) {
    least = std::min(least, 100 * test.result.mean_abs_rel);
    most = std::max(most, 100 * test.result.mean_abs_rel);
    worst = std::max(worst, 100 * test.result.max_abs_rel);
  }
  const bool one = tests.size() == 1;
  panels[0].title = one ? fmt::format("{} fitted, {} scored", first.n_train, first.n_test)
                        : fmt::format("{} fits", tests.size());
  panels[1].title = fmt::format("mean |error| {}{:.3g} %, max {:.3g} %",
                                one ? "" : fmt::format("{:.3g} to ", least), most, worst);
}

nlohmann::ordered_json facts_of(const Test& test) {
  return {{"subset",
           test.group.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(test.group)},
          {"cut", test.result.cut},
          {"n_train", test.result.n_train},
          {"n_test", test.result.n_test},
          {"mean_abs_rel", test.result.mean_abs_rel},
          {"max_abs_rel", test.result.max_abs_rel}};
}

void add_legend(const FigureInput& input, const SizeScale& scale, const std::vector<Test>& tests,
                Picture& picture) {
  add_run_legends(input, scale, false, false, picture);
  const int mark = run_look(scale, 0, 0, 0, false).mark;
  KeyBlock block;
  block.keys.push_back({"fitted", {.color = "#444444", .mark = open_mark(mark)}});
  block.keys.push_back({"scored", {.color = "#444444", .mark = mark}});
  block.keys.push_back({tests.size() > 1 ? "cuts" : "cut", cut_look()});
  picture.legend.push_back(std::move(block));
}

}  // namespace

Picture extrapolations(const FigureInput& input) {
  require_formula(input, "extrapolation");
  std::vector<Test> tests;
  for (const auto& [group, fit] : fits_of(input)) {
    if (auto test = test_of(group, *fit)) { tests.push_back(std::move(*test)); }
  }
  if (tests.empty()) {
    throw FitRefused("the cut leaves too few rows below it or none above it; --cut C chooses one");
  }
  const SizeScale scale = size_scale(input.table);
  Picture picture{.kind = "extrapolation"};
  picture.panels.push_back(errors(input, scale, tests));
  picture.panels.push_back(parity(input, scale, tests));
  for (const Test& test : tests) {
    picture.panels.front().facts["tests"].push_back(facts_of(test));
  }
  add_titles(tests, picture.panels);
  add_legend(input, scale, tests, picture);
  return picture;
}

}  // namespace enigma::law
