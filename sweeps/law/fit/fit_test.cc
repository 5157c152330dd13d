#include "sweeps/law/fit/synthetic.h"
#include "sweeps/law/report/fit_document.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace enigma;
using namespace enigma::law;

namespace {

FitOptions quick(int resamples = 200) {
  FitOptions options;
  options.starts = 64;
  options.bootstrap = {resamples > 0 ? Resampling::by_case : Resampling::none, resamples};
  return options;
}

const ParameterFit& parameter(const Fit& fit, const std::string& name) {
  return *std::find_if(fit.parameters.begin(), fit.parameters.end(),
                       [&](const ParameterFit& p) { return p.name == name; });
}

std::vector<char> axes_of(const std::string& form) {
  const std::vector<char> axes = form_named(form)->axes;
  return axes.empty() ? std::vector<char>{'D'} : axes;
}

/// A table that the form can be fitted to: one axis only for a form on one axis.
MappedTable table_for(const std::string& form, unsigned seed = 1) {
  const std::vector<char> axes = axes_of(form);
  const bool one = axes.size() == 1;
  MappedTable mapped =
      one ? synthetic({.seed = seed}, {1e9}, log_grid(5e8, 3e11, 48))
          : synthetic({.seed = seed}, log_grid(3e7, 1e10, 8), log_grid(5e8, 3e11, 6));
  if (axes.front() != 'N') { mapped.table.axes.erase('N'); }
  if (axes.size() == 3) { mapped.table.axes.insert('U'); }
  for (size_t k = 0; k < mapped.table.rows.size(); ++k) {
    Row& row = mapped.table.rows[k];
    row.u = row.d / (0.5 + static_cast<double>(k % 9));
  }
  return mapped;
}

FitOptions form_options(const std::string& form, const char* objective = "huber:1e-3") {
  FitOptions options = quick(0);
  options.form = form;
  options.threads = 2;
  options.objective = *parse_objective(objective).value;
  return options;
}

/// What the form predicts for its own rows: the same for every unit of the axes.
Eigen::ArrayXd predictions(const Fit& fit) {
  const auto form = form_named(fit.form);
  const Points points = make_points(fit.rows, fit.axes);
  Evaluation evaluation;
  form->evaluate(form->coordinates(fit.values, points), points, evaluation);
  return evaluation.prediction;
}

MappedTable sixty(const Truth& truth = {}) {
  return synthetic(truth, log_grid(3e7, 1e10, 10), log_grid(5e8, 3e11, 6));
}

constexpr unsigned kTables = 20;

FitOptions few_refits() {
  FitOptions options = quick(20);
  options.starts = 16;
  options.threads = 2;
  return options;
}

void check_same_fit(const Fit& a, const Fit& b, double tolerance) {
  REQUIRE(a.parameters.size() == b.parameters.size());
  for (size_t j = 0; j < a.parameters.size(); ++j) {
    CAPTURE(a.parameters[j].name);
    CHECK(a.parameters[j].verdict == b.parameters[j].verdict);
    CHECK(*a.parameters[j].value == doctest::Approx(*b.parameters[j].value).epsilon(tolerance));
  }
}

}  // namespace

TEST_CASE("fit: a table without noise gives the truth back") {
  const Fit fit =
      fit_table(synthetic({.sd = 0}, log_grid(3e7, 1e10, 6), log_grid(5e8, 3e11, 5)), quick(0), {});
  CHECK(*parameter(fit, "alpha").value == doctest::Approx(0.34).epsilon(1e-5));
  CHECK(*parameter(fit, "B").value == doctest::Approx(410.7).epsilon(1e-4));
  CHECK(parameter(fit, "alpha").verdict == ParameterVerdict::identified);
}

TEST_CASE("fit: units of N and D change A and B, and nothing else") {
  const MappedTable mapped = sixty();
  MappedTable scaled = mapped;
  for (Row& row : scaled.table.rows) {
    row.n /= 1e6;
    row.d /= 1e9;
  }
  const Fit a = fit_table(mapped, quick(0), {}), b = fit_table(scaled, quick(0), {});
  const double alpha = *parameter(a, "alpha").value, beta = *parameter(a, "beta").value;
  CHECK(*parameter(b, "alpha").value == doctest::Approx(alpha).epsilon(1e-6));
  CHECK(*parameter(b, "E").value == doctest::Approx(*parameter(a, "E").value).epsilon(1e-6));
  CHECK(*parameter(b, "A").value ==
        doctest::Approx(*parameter(a, "A").value * std::pow(1e6, -alpha)).epsilon(1e-5));
  CHECK(*parameter(b, "B").value ==
        doctest::Approx(*parameter(a, "B").value * std::pow(1e9, -beta)).epsilon(1e-5));
  CHECK(*parameter(b, "alpha").low == doctest::Approx(*parameter(a, "alpha").low).epsilon(1e-3));
}

TEST_CASE("fit: nats or bits leave exponents as they are") {
  const MappedTable mapped = sixty();
  MappedTable bits = mapped;
  for (Row& row : bits.table.rows) { row.loss /= std::log(2.0); }
  const Fit a = fit_table(mapped, quick(0), {}), b = fit_table(bits, quick(0), {});
  CHECK(*parameter(b, "alpha").value ==
        doctest::Approx(*parameter(a, "alpha").value).epsilon(1e-6));
  CHECK(*b.a.value == doctest::Approx(*a.a.value).epsilon(1e-6));
}

TEST_CASE("fit: the order of rows changes not a byte") {
  const MappedTable mapped = sixty();
  MappedTable turned = mapped;
  std::reverse(turned.table.rows.begin(), turned.table.rows.end());
  CHECK(to_json(fit_table(mapped, quick(), {}), 0).dump() ==
        to_json(fit_table(turned, quick(), {}), 0).dump());
}

TEST_CASE("fit: the number of threads changes not a byte, the seed does") {
  FitOptions several = quick();
  several.threads = 3;
  FitOptions other = quick();
  other.seed = 7;
  const std::string one = to_json(fit_table(sixty(), quick(), {}), 0).dump();
  CHECK(one == to_json(fit_table(sixty(), several, {}), 0).dump());
  CHECK(one != to_json(fit_table(sixty(), other, {}), 0).dump());
}

TEST_CASE("fit: a weight of two is the row twice, and a common scale of weights is nothing") {
  MappedTable weighted = sixty(), doubled = sixty(), scaled = sixty();
  for (size_t k = 0; k < weighted.table.rows.size(); k += 3) {
    weighted.table.rows[k].weight = 2;
    doubled.table.rows.push_back(doubled.table.rows[k]);
  }
  for (Row& row : scaled.table.rows) { row.weight = 1e-4; }
  const Fit a = fit_table(weighted, quick(0), {}), b = fit_table(doubled, quick(0), {});
  CHECK(a.objective_value == doctest::Approx(b.objective_value).epsilon(1e-9));
  for (const char* name : {"E", "A", "B", "alpha", "beta"}) {
    CHECK(*parameter(a, name).value == doctest::Approx(*parameter(b, name).value).epsilon(1e-5));
  }
  check_same_fit(fit_table(sixty(), quick(0), {}), fit_table(scaled, quick(0), {}), 1e-6);
}

TEST_CASE("fit: one size does not identify A and alpha, and no optimum is given") {
  const Fit fit = fit_table(synthetic({}, {1e9}, log_grid(5e8, 3e11, 20)), quick(), {});
  CHECK(parameter(fit, "alpha").verdict != ParameterVerdict::identified);
  CHECK(parameter(fit, "A").verdict != ParameterVerdict::identified);
  CHECK_FALSE(parameter(fit, "alpha").value);
  CHECK(fit.verdict.code == VerdictCode::undetermined);
  CHECK(fit.verdict.sentence.find("one size") != std::string::npos);
  CHECK(fit.optimum.empty());
  CHECK_FALSE(fit.a.value);
}

TEST_CASE("fit: an E of zero is called identified in at most 3 of 20 tables") {
  int identified = 0;
  for (unsigned seed = 1; seed <= kTables; ++seed) {
    const Truth truth{.e = 0, .a = 40, .b = 60, .alpha = 0.15, .beta = 0.2, .seed = seed};
    const Fit fit = fit_table(sixty(truth), few_refits(), {});
    const ParameterFit& e = parameter(fit, "E");
    identified += e.verdict == ParameterVerdict::identified ? 1 : 0;
    CHECK((e.verdict != ParameterVerdict::bounded_above || !e.low));
  }
  CHECK(identified <= 3);
}

TEST_CASE("fit: data without effect leave B and beta unidentified") {
  const Truth truth{.b = 0};
  const Fit fit =
      fit_table(synthetic(truth, log_grid(3e7, 1e10, 10), log_grid(5e8, 3e11, 6)), quick(), {});
  CHECK(parameter(fit, "beta").verdict != ParameterVerdict::identified);
  CHECK(fit.verdict.code != VerdictCode::ok);
  CHECK(fit.optimum.empty());
}

TEST_CASE("fit: losses that are noise alone are undetermined") {
  const Truth truth{.a = 0, .b = 0, .sd = 0.003};
  const Fit fit =
      fit_table(synthetic(truth, log_grid(3e7, 1e10, 3), log_grid(5e8, 3e11, 5)), quick(), {});
  CHECK(fit.verdict.code == VerdictCode::undetermined);
  CHECK(fit.optimum.empty());
}

TEST_CASE("fit: a parameter at the edge of its domain is bounded, however little noise there is") {
  for (const char* objective : {"huber:1e-3", "l2", "l1"}) {
    CAPTURE(objective);
    FitOptions options = quick(0);
    options.objective = *parse_objective(objective).value;
    const Truth truth{.e = 0, .a = 40, .b = 60, .alpha = 0.15, .beta = 0.2, .sd = 0};
    const Fit fit = fit_table(sixty(truth), options, {});
    const ParameterFit& e = parameter(fit, "E");
    CHECK(e.verdict == ParameterVerdict::bounded_above);
    CHECK(*e.value == 0);
    CHECK_FALSE(e.low);
    CHECK(parameter(fit, "alpha").verdict == ParameterVerdict::identified);
    CHECK(fit.verdict.code == VerdictCode::ok);  // E alone does not forbid it
  }
}

TEST_CASE("fit: refits that fall short leave the profile's intervals and every verdict") {
  const FitOptions options = quick(100);
  const Fit with = fit_table(sixty(), options, {}), without = fit_table(sixty(), quick(0), {});
  for (size_t j = 0; j < with.parameters.size(); ++j) {
    CHECK(with.parameters[j].verdict == without.parameters[j].verdict);
  }
  CHECK(with.verdict.sentence == without.verdict.sentence);
}

TEST_CASE("fit: rows that carry nothing are refused") {
  MappedTable few = sixty(), equal = sixty(), negative = sixty();
  few.table.rows.resize(2);
  for (Row& row : equal.table.rows) { row.loss = 2; }
  negative.table.rows[3].loss = -1;
  CHECK_THROWS_AS(fit_table(few, quick(), {}), FitRefused);
  CHECK_THROWS_AS(fit_table(equal, quick(), {}), FitRefused);
  CHECK_THROWS_AS(fit_table(negative, quick(), {}), FitRefused);
  FitOptions unknown = quick();
  unknown.form = "chinchila";
  CHECK_THROWS_AS(fit_table(sixty(), unknown, {}), InputError);
}

TEST_CASE("fit: a held parameter stays, and the others move") {
  FitOptions held = quick(50);
  held.holds = {{"alpha", 0.3}, {"E", 1.6}};
  const Fit fit = fit_table(sixty(), held, {});
  CHECK(*parameter(fit, "alpha").value == 0.3);
  CHECK(*parameter(fit, "E").value == 1.6);
  CHECK(parameter(fit, "alpha").verdict == ParameterVerdict::held);
  CHECK(*parameter(fit, "beta").value > 0);
  held.holds = {{"gamma", 1}};
  CHECK_THROWS_AS(fit_table(sixty(), held, {}), InputError);
}

TEST_CASE("fit: units of the axes change no prediction, under any form") {
  for (const std::string& form : form_names()) {
    CAPTURE(form);
    const MappedTable mapped = table_for(form);
    MappedTable scaled = mapped;
    // The optimal size of data_constrained is that of 6ND: its units belong to it.
    const bool bound = form == "data_constrained";
    for (Row& row : scaled.table.rows) {
      row.n /= bound ? 1 : 1e6;
      row.d /= bound ? 1 : 1e9;
      row.c = 6 * row.n * row.d;
    }
    const Fit a = fit_table(mapped, form_options(form), {});
    const Fit b = fit_table(scaled, form_options(form), {});
    CHECK(a.objective_value == doctest::Approx(b.objective_value).epsilon(1e-7).scale(0));
    CHECK((predictions(a) / predictions(b) - 1).abs().maxCoeff() < 1e-5);
    for (size_t j = 0; j < a.parameters.size(); ++j) {
      CHECK(a.parameters[j].verdict == b.parameters[j].verdict);
      const ParameterKind kind = form_named(form)->parameters[j].kind;
      if (kind != ParameterKind::exponent || !a.parameters[j].value) { continue; }
      CHECK(*a.parameters[j].value == doctest::Approx(*b.parameters[j].value).epsilon(1e-4));
    }
  }
}

TEST_CASE("fit: nats or bits scale every prediction, under any form") {
  for (const std::string& form : form_names()) {
    CAPTURE(form);
    // An inner sum to a power takes a new unit into its scales, and an optimal size stays.
    const MappedTable mapped = table_for(form);
    MappedTable bits = mapped;
    for (Row& row : bits.table.rows) { row.loss /= std::log(2.0); }
    const Fit a = fit_table(mapped, form_options(form), {});
    const Fit b = fit_table(bits, form_options(form), {});
    CHECK(a.objective_value == doctest::Approx(b.objective_value).epsilon(1e-7).scale(0));
    CHECK((predictions(a) / predictions(b) / std::log(2.0) - 1).abs().maxCoeff() < 1e-5);
  }
}

TEST_CASE("fit: a row twice is a weight of two, under any form and objective") {
  for (const std::string& form : form_names()) {
    for (const char* objective : {"huber:1e-3", "l2", "student:4"}) {
      CAPTURE(form);
      CAPTURE(objective);
      MappedTable weighted = table_for(form), doubled = table_for(form);
      for (size_t k = 0; k < weighted.table.rows.size(); k += 3) {
        weighted.table.rows[k].weight = 2;
        doubled.table.rows.push_back(doubled.table.rows[k]);
      }
      const auto axes = axes_of(form);
      const auto best = [&](const MappedTable& table) {
        const auto made = form_named(form);
        const Problem problem = make_problem(*made, in_canonical_order(table.table.rows), axes,
                                             *parse_objective(objective).value, {});
        return reported_objective(problem, estimate(problem, {}, 48, 2).minimum.coordinates);
      };
      CHECK(best(weighted) == doctest::Approx(best(doubled)).epsilon(1e-7).scale(0));
    }
  }
}

TEST_CASE("fit: every parameter of every form can be held, and holding one gains nothing") {
  for (const std::string& form : form_names()) {
    const MappedTable mapped = table_for(form);
    const Fit free = fit_table(mapped, form_options(form), {});
    for (size_t j = 0; j < free.parameters.size(); ++j) {
      CAPTURE(form);
      CAPTURE(free.parameters[j].name);
      const double value = free.values[static_cast<Eigen::Index>(j)];
      if (!std::isfinite(value) || value == 0) { continue; }
      FitOptions held = form_options(form);
      held.holds = {{free.parameters[j].name, 1.03 * value}};
      const Fit fit = fit_table(mapped, held, {});
      CHECK(*fit.parameters[j].value == 1.03 * value);
      CHECK(fit.parameters[j].verdict == ParameterVerdict::held);
      CHECK(fit.objective_value >= free.objective_value * (1 - 1e-7));
      CHECK(fit.objective_value < 2 * free.objective_value);
    }
  }
}

TEST_CASE("fit: a parameter can be held at the edge of its domain, and not beyond") {
  FitOptions options = form_options("overtrained");
  options.holds = {{"b", 0.3}};
  CHECK_THROWS_AS(fit_table(table_for("overtrained"), options, {}), InputError);
  options.holds = {{"E", 0}, {"b", -0.2}};
  CHECK(*parameter(fit_table(table_for("overtrained"), options, {}), "E").value == 0);
  options = form_options("power_shifted");
  options.holds = {{"lambda", -3}};
  CHECK(*parameter(fit_table(table_for("power_shifted"), options, {}), "lambda").value == -3);
}

TEST_CASE("fit: forms that trade size for data have an optimum that no neighbour beats") {
  for (const std::string form : {"tied", "kaplan", "overtrained"}) {
    CAPTURE(form);
    const Fit fit = fit_table(table_for(form), form_options(form), {});
    const Place best = best_place(form, fit.values, fit.cost, 1e21);
    CHECK(6 * best.n * best.d == doctest::Approx(1e21));
    const auto made = form_named(form);
    const auto loss_at = [&](double n) {
      Row row;
      row.n = n;
      row.d = 1e21 / (6 * n);
      row.loss = 1;
      const Points points = make_points({row}, fit.axes);
      Evaluation evaluation;
      made->evaluate(made->coordinates(fit.values, points), points, evaluation);
      return evaluation.prediction[0];
    };
    CHECK(loss_at(best.n) == doctest::Approx(best.loss).epsilon(1e-10));
    CHECK(loss_at(best.n * 1.05) > best.loss);
    CHECK(loss_at(best.n / 1.05) > best.loss);
    CHECK(fit.exponents.a + fit.exponents.b == doctest::Approx(1));
  }
}

TEST_CASE("fit: data that never repeat do not identify R_D") {
  MappedTable mapped = table_for("data_constrained");
  for (Row& row : mapped.table.rows) { row.u = row.d; }
  const Fit fit = fit_table(mapped, form_options("data_constrained"), {});
  const ParameterFit& repeats = parameter(fit, "R_D");
  CHECK(repeats.verdict != ParameterVerdict::identified);
  CHECK_FALSE(repeats.high);
}

TEST_CASE("fit: repeats that are worth as much as fresh data bound R_D below alone") {
  FitOptions options = form_options("data_constrained");
  options.holds = {{"R_N", 1e9}};
  int below = 0;
  for (unsigned seed = 1; seed <= kTables; ++seed) {
    // The losses of these tables know nothing of U.
    const Fit fit = fit_table(table_for("data_constrained", seed), options, {});
    const ParameterFit& repeats = parameter(fit, "R_D");
    CHECK(repeats.low);
    below += repeats.verdict == ParameterVerdict::bounded_below && !repeats.high ? 1 : 0;
  }
  CHECK(below >= 17);
}

TEST_CASE("fit: the four bootstraps agree on the width of an interval, to a factor of two") {
  MappedTable mapped = sixty();
  const MappedTable again = sixty({.seed = 2});
  for (const Row& row : again.table.rows) { mapped.table.rows.push_back(row); }
  for (Row& row : mapped.table.rows) { row.group = std::to_string(row.d) + std::to_string(row.n); }
  FitOptions options = quick(300);
  options.threads = 2;
  const Fit by_case = fit_table(mapped, options, {});
  const ParameterFit& known = parameter(by_case, "alpha");
  for (const Resampling kind : {Resampling::by_cluster, Resampling::residual, Resampling::seed}) {
    options.bootstrap.kind = kind;
    const Fit fit = fit_table(mapped, options, {});
    const ParameterFit& alpha = parameter(fit, "alpha");
    const double ratio = (*alpha.high - *alpha.low) / (*known.high - *known.low);
    CHECK(ratio > 0.5);
    CHECK(ratio < 2);
  }
  options.bootstrap.kind = Resampling::seed;
  CHECK_THROWS_AS(fit_table(sixty(), options, {}), InputError);
}

TEST_CASE("fit: curvature and bootstrap tell the same standard errors of a smooth objective") {
  FitOptions options = quick(400);
  options.objective = *parse_objective("l2").value;
  const Fit fit = fit_table(sixty(), options, {});
  for (const ParameterFit& p : fit.parameters) {
    CAPTURE(p.name);
    CHECK(*p.se_sandwich == doctest::Approx(*p.se).epsilon(0.25).scale(0));
    CHECK(*p.se_hessian == doctest::Approx(*p.se).epsilon(0.25).scale(0));
  }
}

TEST_CASE("fit: a power law on one axis") {
  MappedTable mapped =
      synthetic({.e = 0, .a = 0, .b = 20, .beta = 0.1, .sd = 0.01}, {1e8}, log_grid(1e6, 1e10, 25));
  mapped.table.axes.erase('N');
  FitOptions options = quick();
  options.form = "power";
  const Fit fit = fit_table(mapped, options, {});
  CHECK(fit.formula == "L = A*D^-alpha");
  CHECK(*parameter(fit, "alpha").value == doctest::Approx(0.1).epsilon(0.05));
  CHECK(fit.verdict.code == VerdictCode::ok);
  mapped.table.axes.insert('N');
  CHECK_THROWS_AS(fit_table(mapped, options, {}), InputError);
}

TEST_CASE(
    "study: FLOPs that are not 6ND are the table's own, and the optimum lies among its rows") {
  MappedTable mapped = sixty();
  mapped.table.axes.insert('C');
  CHECK(is_six_nd(mapped.table));
  for (Row& row : mapped.table.rows) { row.c = 400 * std::pow(row.n, 0.9) * row.d; }
  CHECK_FALSE(is_six_nd(mapped.table));
  const Study study = study_table(mapped, quick(50), "", false);
  CHECK(study.pooled->cost.measured);
  CHECK(study.pooled->cost.coefficient == doctest::Approx(400).epsilon(1e-6));
  const Fit& fit = *study.pooled;
  const double alpha = fit.values[3], beta = fit.values[4];
  CHECK(*fit.a.value == doctest::Approx(beta / (0.9 * beta + alpha)));
  CHECK(*fit.a_6nd.value == doctest::Approx(beta / (beta + alpha)));
  CHECK(*fit.b_6nd.value == doctest::Approx(alpha / (beta + alpha)));
  CHECK(*fit.a_6nd.low < *fit.a_6nd.value);
  const auto document = to_json(fit, std::nullopt);
  CHECK(document["axes"]["C"] == "400*N^0.9*D");
  CHECK(document["exponents_6nd"]["a"]["value"] == *fit.a_6nd.value);
  const Place best = best_place(study.pooled->values, study.pooled->cost, 1e21);
  CHECK(400 * std::pow(best.n, 0.9) * best.d == doctest::Approx(1e21).epsilon(1e-9));
  for (const double factor : {0.9, 1.1}) {
    const Vector& v = study.pooled->values;
    const double n = best.n * factor, d = 1e21 / (400 * std::pow(n, 0.9));
    CHECK(v[0] + v[1] * std::pow(n, -v[3]) + v[2] * std::pow(d, -v[4]) > best.loss);
  }
}
