#include "sweeps/law/fit/frontier.h"

#include "sweeps/law/fit/synthetic.h"
#include "sweeps/law/report/fit_document.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::law;

namespace {

/// Nine sizes about the best at each of `budgets` budgets, noise of half a per cent.
MappedTable valleys(int budgets, double from = 1 / 6.0, double to = 6) {
  Vector truth(5);
  truth << 1.69, 406.4, 410.7, 0.34, 0.34;
  std::mt19937_64 engine(3);
  std::normal_distribution<double> normal(0, 0.002);
  MappedTable mapped;
  mapped.table.axes.insert({'N', 'D', 'C'});
  for (const double c : log_grid(1e18, 1e21, budgets)) {
    const double best = best_place(truth, {}, c).n;
    for (const double n : log_grid(from * best, to * best, 9)) {
      Row row{.id = "row " + std::to_string(mapped.table.rows.size() + 1)};
      row.n = n;
      row.c = c;
      row.d = c / 6 / n;
      row.loss = (1.69 + 406.4 * std::pow(n, -0.34) + 410.7 * std::pow(row.d, -0.34)) *
                 std::exp(normal(engine));
      mapped.table.rows.push_back(row);
    }
  }
  return mapped;
}

FitOptions form(const std::string& name) {
  FitOptions options{.form = name};
  options.bootstrap.resamples = 100;
  return options;
}

}  // namespace

TEST_CASE("frontier: isoFLOP answers with the keys of any form, exponents and verdicts") {
  const Fit fit = frontier_fit(valleys(6), form("isoflop:parabola"), {});
  CHECK(fit.verdict.code == VerdictCode::ok);
  REQUIRE(fit.a.value);
  CHECK(*fit.a.low < 0.5);
  CHECK(*fit.a.high > 0.5);
  const auto document = to_json(fit, 0.0);
  for (const char* key : {"form", "formula", "objective", "axes", "n_used", "excluded",
                          "parameters", "exponents", "certificate", "interval", "extrapolation",
                          "optimum", "verdict", "warnings", "seconds", "isoflop"}) {
    CAPTURE(key);
    CHECK(document.contains(key));
  }
  CHECK(document["n_used"] == 54);
  CHECK(document["parameters"]["a"]["verdict"] == "identified");
  CHECK(document["optimum"].front()["loss"].is_number());
  CHECK(document["optimum"].back()["loss"].is_null());
  CHECK(document["optimum"].back()["n"].is_number());
}

TEST_CASE("frontier: refused budgets stand in excluded, and too few leave no exponent") {
  MappedTable mapped = valleys(2);
  const MappedTable edge = valleys(3, 0.01, 0.2);
  for (const Row& row : edge.table.rows) {
    if (row.c < 1e19 || row.c > 9e20) { continue; }
    mapped.table.rows.push_back(row);
  }
  const Fit fit = frontier_fit(mapped, form("isoflop:akima"), {});
  CHECK(fit.excluded.size() == 1);
  CHECK(fit.excluded[0].id.starts_with("budget "));
  CHECK(fit.verdict.code == VerdictCode::undetermined);
  CHECK_FALSE(fit.a.value);
  CHECK(fit.optimum.empty());
  CHECK(fit.verdict.sentence.find("2 of 3 budgets") != std::string::npos);
}

TEST_CASE("frontier: the envelope has intervals by resampling") {
  const Fit fit = frontier_fit(valleys(8), form("envelope"), {});
  REQUIRE(fit.a.value);
  CHECK(*fit.a.low < *fit.a.value);
  CHECK(fit.refits.resamples == 100);
  CHECK(to_json(fit, 0.0)["envelope"]["runs"].size() >= 3);
}

TEST_CASE("frontier: what it cannot answer is refused in words") {
  MappedTable mapped = valleys(3);
  mapped.table.axes.erase('C');
  mapped.table.axes.erase('D');
  CHECK_THROWS_AS(frontier_fit(mapped, form("envelope"), {}), InputError);
  mapped = valleys(3);
  FitOptions held = form("envelope");
  held.holds = {{"E", 1}};
  CHECK_THROWS_AS(frontier_fit(mapped, held, {}), InputError);
  mapped.table.rows.resize(2);
  CHECK_THROWS_AS(frontier_fit(mapped, form("isoflop:cubic"), {}), FitRefused);
  mapped = valleys(3);
  for (Row& row : mapped.table.rows) { row.loss = 2; }
  CHECK_THROWS_AS(frontier_fit(mapped, form("isoflop:akima"), {}), FitRefused);
}
