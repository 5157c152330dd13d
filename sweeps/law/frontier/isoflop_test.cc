// Valleys whose lowest point is known, and the published ones.
#include "sweeps/law/frontier/isoflop.h"

#include "sweeps/law/fit/optimum.h"
#include "sweeps/law/fit/synthetic.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace enigma;
using namespace enigma::law;

namespace {

const Vector kTruth = [] {
  Vector values(5);
  values << 1.69, 406.4, 410.7, 0.34, 0.34;
  return values;
}();

double loss_of(double n, double d) {
  return kTruth[0] + kTruth[1] * std::pow(n, -kTruth[3]) + kTruth[2] * std::pow(d, -kTruth[4]);
}

/// `sizes` sizes a budget, from `from` to `to` times the best.
std::vector<Row> valley_rows(const std::vector<double>& budgets, double from, double to,
                             int sizes) {
  std::vector<Row> rows;
  for (const double c : budgets) {
    const double best = best_place(kTruth, {}, c).n;
    for (const double n : log_grid(from * best, to * best, sizes)) {
      Row row{.id = "row " + std::to_string(rows.size() + 1), .n = n, .d = c / (6 * n), .c = c};
      row.loss = loss_of(row.n, row.d);
      rows.push_back(row);
    }
  }
  return rows;
}

std::vector<Row> published(const std::filesystem::path& file, const std::string& mapping,
                           const std::string& column = "", const std::string& value = "") {
  const std::string where = column.empty() ? "" : "`" + column + "` == '" + value + "'";
  const auto mapped = read_table(file, {.mapping = *parse_mapping(mapping).value, .where = where});
  return in_canonical_order(mapped.value->table.rows);
}

}  // namespace

TEST_CASE("isoflop: a symmetric valley's vertex is the true optimum, by all three curves") {
  const auto rows = valley_rows({1e18, 1e19, 1e20, 1e21}, 1 / 4.0, 4, 9);
  for (const auto curve : {ValleyCurve::parabola, ValleyCurve::akima, ValleyCurve::cubic}) {
    const IsoFlop found = isoflop(rows, curve, Space::linear, {});
    REQUIRE(vertices(found) == 4);
    for (const Valley& valley : found.valleys) {
      const double step = curve == ValleyCurve::parabola ? 1e-6 : 0.01;
      CHECK(valley.vertex->n ==
            doctest::Approx(best_place(kTruth, {}, valley.flops).n).epsilon(step));
      CHECK(*valley.vertex->d ==
            doctest::Approx(valley.flops / 6 / valley.vertex->n).epsilon(1e-9));
      CHECK(valley.curve.size() == 100);
    }
    CHECK(found.n->exponent == doctest::Approx(0.5).epsilon(0.01));
    CHECK(found.n->exponent + found.d->exponent == doctest::Approx(1).epsilon(1e-9));
  }
}

TEST_CASE("isoflop: an edge minimum is that of the curve, and its budget says so") {
  auto rows = valley_rows({1e18}, 1 / 4.0, 4, 7);
  const auto left = valley_rows({1e19}, 0.01, 0.3, 7), right = valley_rows({1e20}, 3, 60, 7);
  rows.insert(rows.end(), left.begin(), left.end());
  rows.insert(rows.end(), right.begin(), right.end());
  for (const auto curve : {ValleyCurve::parabola, ValleyCurve::akima, ValleyCurve::cubic}) {
    const IsoFlop found = isoflop(rows, curve, Space::log, {});
    CHECK(found.valleys[0].vertex);
    CHECK_FALSE(found.valleys[1].vertex);
    CHECK(found.valleys[1].refused.find("largest size") != std::string::npos);
    CHECK_FALSE(found.valleys[2].vertex);
    CHECK(found.valleys[2].refused.find("smallest size") != std::string::npos);
  }
  // The lowest point is the first of three, and yet the curve through them dips between.
  std::vector<Row> three;
  for (const auto& [n, loss] : {std::pair(1e6, 2.0), std::pair(4e6, 2.01), std::pair(16e6, 3.0)}) {
    three.push_back({.id = "x", .n = n, .d = 1e18 / 6 / n, .c = 1e18, .loss = loss});
  }
  CHECK(isoflop(three, ValleyCurve::parabola, Space::linear, {}).valleys[0].vertex->n > 1e6);
}

TEST_CASE("isoflop: a budget is the rows whose C agree within 10 %") {
  std::vector<Row> rows;
  for (const double c : {1.0, 1.05, 1.09, 1.3, 1.31, 1.42, 1.44, 1.45, 9.0}) {
    rows.push_back({.c = c});
  }
  const auto budgets = budgets_of(rows);
  REQUIRE(budgets.size() == 4);
  CHECK(budgets[0] == std::vector<size_t>{0, 1, 2});
  CHECK(budgets[1] == std::vector<size_t>{3, 4, 5});
  CHECK(budgets[2] == std::vector<size_t>{6, 7});
  CHECK(budgets[3] == std::vector<size_t>{8});
}

TEST_CASE("isoflop: budgets with too few sizes are refused, seeds of one size are one size") {
  auto rows = valley_rows({1e18}, 0.5, 2, 2);
  const auto again = rows;
  rows.insert(rows.end(), again.begin(), again.end());
  const IsoFlop found = isoflop(rows, ValleyCurve::parabola, Space::log, {});
  CHECK(found.valleys[0].refused == "it has 2 sizes, and its curve needs 3");
}

TEST_CASE("isoflop: a vertex's error is the scatter of vertices over noisy sweeps") {
  auto rows = valley_rows({1e18, 1e19, 1e20}, 1 / 8.0, 8, 9);
  std::mt19937_64 engine(5);
  std::normal_distribution<double> normal(0, 0.01);
  for (Row& row : rows) { row.loss *= std::exp(normal(engine)); }
  const IsoFlop found = isoflop(rows, ValleyCurve::parabola, Space::log, {});
  REQUIRE(found.noise_sd);
  CHECK(*found.noise_sd > 0.005);
  CHECK(*found.noise_sd < 0.02);
  for (const Valley& valley : found.valleys) {
    REQUIRE(valley.vertex->log_n_sd);
    const double off = std::log(valley.vertex->n / best_place(kTruth, {}, valley.flops).n);
    CHECK(std::abs(off) < 4 * *valley.vertex->log_n_sd);
    CHECK(*valley.vertex->range.low < valley.vertex->n);
    CHECK(*valley.vertex->range.high > valley.vertex->n);
  }
}

TEST_CASE("isoflop: units and the order of rows change no exponent") {
  auto rows = valley_rows({1e18, 3e18, 1e19, 1e20}, 1 / 5.0, 3, 8);
  const IsoFlop plain = isoflop(rows, ValleyCurve::akima, Space::log, {});
  for (Row& row : rows) {
    row.n /= 1e6;
    row.d /= 1e9;
    row.loss /= std::log(2.0);
  }
  std::reverse(rows.begin(), rows.end());
  const IsoFlop scaled = isoflop(rows, ValleyCurve::akima, Space::log, {});
  CHECK(scaled.n->exponent == doctest::Approx(plain.n->exponent).epsilon(1e-9));
  CHECK(scaled.d->exponent == doctest::Approx(plain.d->exponent).epsilon(1e-9));
}

TEST_CASE("published: parabolas through the Chinchilla points at their budgets") {
  const auto file = shared_file("parabola", "laws/isoflop/raw_epochai_chinchilla.csv");
  if (!file) { return; }
  const auto rows = published(*file, "N=params,D=tokens,C=budget,loss=loss");
  REQUIRE(rows.size() == 123);
  const IsoFlop found = isoflop(rows, ValleyCurve::parabola, Space::linear, {});
  CHECK(vertices(found) == 9);
  CHECK(std::abs(found.n->exponent - 0.4951) < 5e-5);
  CHECK(std::abs(found.d->exponent - 0.5049) < 5e-5);
}

TEST_CASE("published: Akima valleys of five conditions give the published exponents") {
  const auto file = shared_file("akima", "laws/porian/isoflop_points.csv");
  if (!file) { return; }
  const std::vector<std::tuple<std::string, double, int>> conditions = {
      {"rw__base__long__kaplan__kaplan__train", 0.8348, 11},
      {"rw__base__long__kaplan__standard__val", 0.7003, 11},
      {"rw__base__short__kaplan__standard__val", 0.6055, 12},
      {"rw__base__short__chinchilla__standard__val", 0.5715, 12},
      {"rw__tuned__short__const__standard__val", 0.4970, 12}};
  for (const auto& [condition, a, budgets] : conditions) {
    CAPTURE(condition);
    const auto rows =
        published(*file, "N=params,D=tokens,C=flops,loss=loss", "condition", condition);
    const IsoFlop found = isoflop(rows, ValleyCurve::akima, Space::log, {.replicates = 200});
    CHECK(vertices(found) == budgets);
    CHECK(std::abs(found.n->exponent - a) < 5e-5);
  }
}

TEST_CASE("published: least squares on the published vertices give the published exponents") {
  const auto file = shared_file("vertices", "laws/porian/optimal_pairs.csv");
  if (!file) { return; }
  const std::vector<std::pair<std::string, double>> conditions = {
      {"rw__base__long__kaplan__kaplan__train", 0.83377},
      {"rw__base__long__kaplan__standard__val", 0.70090},
      {"rw__base__short__kaplan__standard__val", 0.60353},
      {"rw__base__short__chinchilla__standard__val", 0.57142},
      {"rw__tuned__short__const__standard__val", 0.49703}};
  for (const auto& [condition, a] : conditions) {
    std::vector<double> flops, sizes;
    for (const Row& row :
         published(*file, "N=n_opt,C=flops,loss=loss_opt", "condition", condition)) {
      flops.push_back(row.c);
      sizes.push_back(row.n);
    }
    CHECK(std::abs(power_line(flops, sizes)->exponent - a) < 5e-6);
  }
}
