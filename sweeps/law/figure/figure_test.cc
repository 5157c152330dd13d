#include "sweeps/law/figure/figure.h"

#include "sweeps/law/figure/runs.h"
#include "sweeps/law/fit/synthetic.h"
#include "sweeps/law/minimize/profile.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

using namespace enigma;
using namespace enigma::law;

namespace {

/// Rows of a known law with everything that a figure is made from.
struct Made {
  MappedTable mapped;
  FitOptions options;
  Study study;

  explicit Made(MappedTable rows, const std::string& by = "",
                const std::string& form = "chinchilla")
      : mapped(std::move(rows)) {
    mapped.table.axes.insert('C');
    options.form = form;
    options.starts = 64;
    options.bootstrap.resamples = 100;
    study = study_table(mapped, options, by, false);
  }
  FigureInput input() const { return {mapped.table, study, options, "loss (nats)", ""}; }
  /// Valleys are read with the parabola, whatever the form.
  Picture picture(const std::string& kind) const {
    if (kind != "isoflop") { return picture_of(kind, input()); }
    FitOptions valleys = options;
    valleys.form = "isoflop:parabola";
    const Study read = study_table(mapped, valleys, study.by, false);
    return picture_of(kind, {mapped.table, read, valleys, "loss (nats)", ""});
  }
};

MappedTable grid(int sizes, int amounts) {
  return synthetic({.sd = 0.002}, log_grid(1e6, 1e8, sizes), log_grid(1e8, 1e10, amounts));
}

MappedTable one_size() {
  return synthetic({.sd = 0.002}, {1e7}, log_grid(1e8, 1e10, 8));
}

/// Seven sizes at each of four budgets.
MappedTable budgets() {
  MappedTable all;
  for (const double c : log_grid(1e16, 1e19, 4)) {
    for (const double share : log_grid(0.1, 10, 7)) {
      const double n = share * std::sqrt(c / 6 / 20);
      MappedTable one = synthetic({.sd = 0}, {n}, {c / 6 / n});
      Row& row = one.table.rows.front();
      row.id = "row " + std::to_string(all.table.rows.size() + 1);
      row.loss *= 1 + 1e-3 * std::sin(10 * static_cast<double>(all.table.rows.size()));
      all.table.axes.insert({'N', 'D', 'C'});
      all.table.rows.push_back(row);
    }
  }
  return all;
}

/// Three sizes at each of four budgets.
MappedTable three_sizes() {
  MappedTable all;
  all.table.axes.insert({'N', 'D', 'C'});
  for (const double n : {1e6, 4e6, 16e6}) {
    for (const double c : log_grid(1e15, 64e15, 4)) {
      Row row = synthetic({.sd = 0}, {n}, {c / 6 / n}).table.rows.front();
      row.id = "row " + std::to_string(all.table.rows.size() + 1);
      row.loss *= 1 + 1e-3 * std::sin(10 * static_cast<double>(all.table.rows.size()));
      all.table.rows.push_back(row);
    }
  }
  return all;
}

/// Two subsets, the second a little better.
MappedTable two_subsets() {
  MappedTable all = three_sizes();
  const size_t count = all.table.rows.size();
  for (size_t k = 0; k < count; ++k) {
    Row row = all.table.rows[k];
    row.id = row.id.text() + " of all";
    row.subset = "all";
    row.loss *= 0.97;
    all.table.rows[k].subset = "few";
    all.table.rows.push_back(row);
  }
  return all;
}

std::vector<const Series*> series_of(const Panel& panel, const std::string& kind) {
  std::vector<const Series*> found;
  for (const Series& series : panel.series) {
    if (series.kind == kind && series.told) { found.push_back(&series); }
  }
  return found;
}

size_t data_in(const Panel& panel, const std::string& kind) {
  size_t count = 0;
  for (const Series* series : series_of(panel, kind)) { count += series->data.size(); }
  return count;
}

const Row& row_of(const Made& made, const std::string& id) {
  for (const Row& row : made.mapped.table.rows) {
    if (row.id == id) { return row; }
  }
  throw std::logic_error("no row " + id);
}

double law_at(const Vector& v, double n, double d) {
  return v[0] + v[1] * std::pow(n, -v[3]) + v[2] * std::pow(d, -v[4]);
}

const Rule& rule_of(const Panel& panel, const std::string& kind) {
  for (const Rule& rule : panel.rules) {
    if (rule.kind == kind) { return rule; }
  }
  throw std::logic_error("no rule " + kind);
}

}  // namespace

TEST_CASE("figure: loss-flops holds every run, the frontier of the fit and the baseline") {
  MappedTable rows = grid(5, 5);
  for (Row& row : rows.table.rows) { row.columns = Texts(Texts::Pairs{{"baseline_loss", "6.5"}}); }
  const Made made(rows);
  const Picture picture = made.picture("loss-flops");
  const Panel& panel = picture.panels.front();
  CHECK(data_in(panel, "run") == 25);
  for (const Series* series : series_of(panel, "run")) {
    for (const Datum& datum : series->data) {
      const Row& row = row_of(made, datum.run);
      CHECK(datum.x == row.c);
      CHECK(datum.y == row.loss);
      CHECK(*series->n == row.n);
    }
  }
  REQUIRE(series_of(panel, "frontier").size() == 1);
  for (const Datum& datum : series_of(panel, "frontier")[0]->data) {
    const OptimumAt at = optimum_at(*made.study.pooled, datum.x);
    CHECK(datum.y == at.place.loss);
    CHECK(datum.n == at.place.n);
    CHECK(datum.low == at.low);
    CHECK(datum.high == at.high);
  }
  CHECK(panel.facts["level"] == 0.95);
  CHECK(rule_of(panel, "baseline").value == 6.5);
  CHECK(picture.note.empty());
}

TEST_CASE(
    "figure: frozen forecasts are stars in loss-flops, with names and intervals in the numbers") {
  const Made made(grid(5, 5));
  FigureInput input = made.input();
  CHECK(csv_of(picture_of("loss-flops", input)).find("forecast") == std::string::npos);
  input.frozen = {{"first", 1e20, 3e8, {2.5, 2.4, 2.6}},
                  {"bare", 2e20, std::nullopt, {2.4, {}, {}}}};
  const Picture picture = picture_of("loss-flops", input);
  const Series& stars = picture.panels.front().series.back();
  CHECK(stars.kind == "forecast");
  REQUIRE(stars.data.size() == 2);
  CHECK(stars.data[0].run == "first");
  CHECK(stars.data[0].low == 2.4);
  CHECK(stars.look.y_errors);
  CHECK(!stars.data[1].high);
  CHECK(csv_of(picture).find("loss-flops,forecast,,300000000,,first,1e+20,,,2.5,2.4,2.6") !=
        std::string::npos);
  CHECK(csv_of(picture_of("loss-data", input)).find("forecast") == std::string::npos);
}

TEST_CASE("figure: without an ok law no frontier is drawn, and one sentence says why") {
  const Made made(one_size());
  const Picture picture = made.picture("loss-flops");
  CHECK(series_of(picture.panels[0], "frontier").empty());
  CHECK(picture.note.find(made.study.pooled->verdict.sentence) != std::string::npos);
  CHECK(series_of(made.picture("loss-data").panels[0], "fit").empty());
  CHECK_FALSE(made.picture("loss-data").note.empty());
}

TEST_CASE("figure: a law on FLOPs alone is drawn as its curve") {
  MappedTable rows = synthetic({.b = 0, .sd = 0.001}, log_grid(1e6, 1e9, 20), {1e9});
  for (Row& row : rows.table.rows) { row.c = row.n; }
  rows.table.axes.erase('N');
  rows.table.axes.erase('D');
  const Made made(rows, "", "power_offset");
  const Picture picture = made.picture("loss-flops");
  REQUIRE(series_of(picture.panels[0], "fit").size() == 1);
  for (const Datum& datum : series_of(picture.panels[0], "fit")[0]->data) {
    CHECK(datum.y == *predicted_on_axis(*made.study.pooled, datum.x).value);
  }
  CHECK_THROWS_AS(made.picture("loss-data"), InputError);
}

TEST_CASE("figure: the curves of loss-data are the law at each size") {
  const Made made(grid(4, 5));
  const Panel panel = made.picture("loss-data").panels.front();
  CHECK(data_in(panel, "run") == 20);
  REQUIRE(series_of(panel, "fit").size() == 4);
  for (const Series* series : series_of(panel, "fit")) {
    for (const Datum& datum : series->data) {
      const double expected = law_at(made.study.pooled->values, *series->n, datum.x);
      CHECK(datum.y == doctest::Approx(expected).epsilon(1e-9));
    }
  }
}

TEST_CASE("figure: residuals are log predicted minus log observed, on every axis that varies") {
  const Made made(grid(5, 8));
  const Picture picture = made.picture("residuals");
  REQUIRE(picture.panels.size() == 3);
  for (const Panel& panel : picture.panels) {
    CHECK(data_in(panel, "run") == 40);
    for (const Series* series : series_of(panel, "run")) {
      for (const Datum& datum : series->data) {
        const Row& row = row_of(made, datum.run);
        const double predicted = law_at(made.study.pooled->values, row.n, row.d);
        CHECK(datum.y == doctest::Approx(std::log(predicted / row.loss)).epsilon(1e-6));
        CHECK(datum.x == (panel.name == "N" ? row.n : panel.name == "D" ? row.d : row.c));
      }
    }
    CHECK(series_of(panel, "running median").size() == 1);
  }
}

TEST_CASE("figure: a profile crosses its threshold where its interval ends") {
  const Made made(grid(6, 6));
  const Fit& fit = *made.study.pooled;
  const auto form = form_named("chinchilla");
  const Problem problem = make_problem(*form, fit.rows, fit.axes, fit.objective, {});
  const double rise = allowed_rise(problem, fit.minimum, fit.level);
  const Picture picture = made.picture("profile");
  REQUIRE(picture.panels.size() == 5);
  for (size_t j = 0; j < 5; ++j) {
    const Panel& panel = picture.panels[j];
    const ParameterFit& parameter = fit.parameters[j];
    CHECK(panel.title == parameter.name + ": identified");
    CHECK(rule_of(panel, "threshold").value == 1);
    const auto& data = series_of(panel, "profile").at(0)->data;
    double least = INFINITY;
    std::vector<double> crossings;
    for (size_t k = 0; k < data.size(); ++k) {
      least = std::min(least, data[k].y);
      if (k == 0 || (data[k].y > 1) == (data[k - 1].y > 1)) { continue; }
      const double share = (1 - data[k - 1].y) / (data[k].y - data[k - 1].y);
      crossings.push_back(data[k - 1].x + share * (data[k].x - data[k - 1].x));
    }
    CHECK(std::abs(least) < 1e-4);
    const ProfileInterval interval = profile(problem, {}, fit.minimum, j, rise);
    REQUIRE(crossings.size() == 2);
    CHECK(crossings[0] == doctest::Approx(*interval.low).epsilon(0.01));
    CHECK(crossings[1] == doctest::Approx(*interval.high).epsilon(0.01));
    CHECK(series_of(panel, "estimate").at(0)->data[0].x == *parameter.value);
    CHECK(panel.facts["fits"][0]["verdict"] == "identified");
  }
}

TEST_CASE("figure: a held parameter has no profile, an unidentified one an open curve") {
  Made made(grid(5, 5));
  made.options.holds = {{"alpha", 0.34}};
  made.study = study_table(made.mapped, made.options, "", false);
  CHECK(made.picture("profile").panels.size() == 4);
  const Made made_of_one(one_size());
  const Picture picture = made_of_one.picture("profile");
  for (const Panel& panel : picture.panels) {
    if (panel.name != "alpha") { continue; }
    CHECK(panel.title == "alpha: unidentified");
    for (const Datum& datum : series_of(panel, "profile").at(0)->data) { CHECK(datum.y < 1); }
  }
}

TEST_CASE("figure: the extrapolation test's errors are those of the fit") {
  const Made made(grid(5, 6));
  const Extrapolation& told = *made.study.pooled->extrapolation;
  const Panel panel = made.picture("extrapolation").panels.front();
  double sum = 0, most = 0;
  for (const Series* series : series_of(panel, "scored")) {
    for (const Datum& datum : series->data) {
      CHECK(datum.x >= told.cut);
      sum += std::abs(datum.y) / 100;
      most = std::max(most, std::abs(datum.y) / 100);
    }
  }
  CHECK(data_in(panel, "scored") == static_cast<size_t>(told.n_test));
  CHECK(data_in(panel, "fitted") == static_cast<size_t>(told.n_train));
  CHECK(sum / told.n_test == doctest::Approx(told.mean_abs_rel).epsilon(1e-6));
  CHECK(most == doctest::Approx(told.max_abs_rel).epsilon(1e-6));
  CHECK(rule_of(panel, "cut").value == told.cut);
  Made other(grid(5, 6));
  extrapolate_from(other.study, other.options, 1e17);
  CHECK(rule_of(other.picture("extrapolation").panels[0], "cut").value == 1e17);
  extrapolate_from(other.study, other.options, 1);
  CHECK_THROWS_AS(other.picture("extrapolation"), FitRefused);
}

TEST_CASE("figure: the vertices of isoflop are those of the valleys, the line that of the fit") {
  MappedTable rows = budgets();
  const Made made(rows);
  const Picture picture = made.picture("isoflop");
  const std::vector<Row> canonical = in_canonical_order(rows.table.rows);
  const IsoFlop told = isoflop(canonical, ValleyCurve::parabola, Space::log, {100, 0, 0.95});
  REQUIRE(picture.panels.size() == 2);
  CHECK(data_in(picture.panels[0], "run") == rows.table.rows.size());
  CHECK(picture.panels[0].facts["budgets"].size() == 4);
  const auto& sizes = series_of(picture.panels[0], "vertex").at(0)->data;
  const auto& optima = series_of(picture.panels[1], "vertex").at(0)->data;
  REQUIRE(sizes.size() == 4);
  for (size_t k = 0; k < 4; ++k) {
    const Valley& valley = told.valleys[k];
    CHECK(sizes[k].x == valley.vertex->n);
    CHECK(sizes[k].y == valley.vertex->loss);
    CHECK(sizes[k].x_low == valley.vertex->range.low);
    CHECK(optima[k].x == valley.flops);
    CHECK(optima[k].y == valley.vertex->n);
    CHECK(optima[k].high == valley.vertex->range.high);
    const auto curve = series_of(picture.panels[0], fmt::format("valley {:.4g}", valley.flops));
    CHECK(curve.at(0)->data.size() == valley.curve.size());
  }
  for (const Datum& datum : series_of(picture.panels[1], "fit").at(0)->data) {
    CHECK(datum.y == value_at(*told.n, datum.x));
  }
  CHECK(picture.panels[1].facts["a"][0]["value"] == told.n->exponent);
  CHECK_THROWS_AS(picture_of("isoflop", made.input()), InputError);
}

TEST_CASE("figure: one size has one color in every kind") {
  const Made made(two_subsets(), "subset");
  std::map<std::string, std::set<std::string>> colors;
  for (const std::string& kind : figure_kinds()) {
    for (const Panel& panel : made.picture(kind).panels) {
      for (const Series& series : panel.series) {
        if (!series.size.empty()) { colors[series.size].insert(series.look.color); }
      }
    }
  }
  CHECK(colors.size() == 3);
  std::set<std::string> all;
  for (const auto& [size, used] : colors) {
    CHECK(used.size() == 1);
    all.insert(used.begin(), used.end());
  }
  CHECK(all.size() == 3);
}

TEST_CASE("figure: subsets have their own marks, fits and rows in every kind") {
  const Made made(two_subsets(), "subset");
  for (const std::string& kind : figure_kinds()) {
    const Picture picture = made.picture(kind);
    std::set<std::string> subsets;
    std::map<std::string, std::set<int>> marks;
    for (const Series& series : picture.panels.front().series) {
      subsets.insert(series.subset);
      if (series.look.mark > 0 && !series.size.empty()) {
        marks[series.subset].insert((series.look.mark + 1) / 2);
      }
    }
    INFO(kind);
    CHECK(subsets.count("few") == 1);
    CHECK(subsets.count("all") == 1);
    if (!marks.empty()) { CHECK(marks["few"] != marks["all"]); }
  }
}

TEST_CASE("figure: CSV and JSON hold the same numbers, one line each") {
  const Made made(two_subsets(), "subset");
  for (const std::string& kind : figure_kinds()) {
    const Picture picture = made.picture(kind);
    const nlohmann::ordered_json json = to_json(picture);
    size_t numbers = 0;
    for (const auto& panel : json["panels"]) {
      numbers += panel["rules"].size();
      for (const auto& series : panel["series"]) { numbers += series["points"].size(); }
    }
    const std::string csv = csv_of(picture);
    CHECK(static_cast<size_t>(std::count(csv.begin(), csv.end(), '\n')) == numbers + 1);
    const auto& panel = json["panels"][0];
    const auto& point = panel["series"][0]["points"][0];
    for (const char* axis : {"x", "y"}) {
      const std::string text =
          fmt::format("{}", point[panel[axis]["key"].get<std::string>()].get<double>());
      CHECK(csv.find("," + text + ",") != std::string::npos);
    }
    CHECK(json["kind"] == kind);
  }
}

TEST_CASE("figure: an unknown kind is answered with the nearest") {
  const Made made(grid(3, 3));
  try {
    made.picture("residual");
    FAIL("accepted");
  } catch (const InputError& error) {
    CHECK(error.diagnostics().front().suggestion == "did you mean 'residuals'?");
  }
}
