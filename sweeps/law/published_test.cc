// Published sweeps, refitted. The values are those of the sources' own fits, recomputed.
#include "sweeps/law/fit_document.h"
#include "sweeps/law/synthetic.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace enigma;
using namespace enigma::law;

namespace {

MappedTable table_of(const std::filesystem::path& file, const std::string& mapping) {
  return *map_records(*read_records(file).value, *parse_mapping(mapping).value).value;
}

/// The 240 rows below the fifth-largest loss (strictly), which the replication fits.
MappedTable epoch_240(const std::filesystem::path& file) {
  MappedTable mapped = table_of(file, "N=Model Size,C=Training FLOP,loss=loss");
  std::vector<double> losses;
  for (const Row& row : mapped.table.rows) losses.push_back(row.loss);
  std::sort(losses.rbegin(), losses.rend());
  std::erase_if(mapped.table.rows, [&](const Row& row) { return row.loss >= losses[4]; });
  return mapped;
}

double value(const Fit& fit, const std::string& name) {
  for (const ParameterFit& p : fit.parameters) {
    if (p.name == name) return p.value.value_or(NAN);
  }
  return NAN;
}

void check_interval(const Fit& fit, const std::string& name, double low, double high) {
  for (const ParameterFit& p : fit.parameters) {
    if (p.name != name) continue;
    CHECK(p.verdict == ParameterVerdict::identified);
    const double slack = 0.05 * (high - low);
    CHECK(std::abs(*p.low - low) < slack);
    CHECK(std::abs(*p.high - high) < slack);
  }
}

}  // namespace

TEST_CASE("published: the 240 Chinchilla points give the best known log-Huber fit") {
  const auto file = shared_file("Chinchilla", "laws/epoch-chinchilla/svg_extracted_data.csv");
  if (!file) return;
  const MappedTable mapped = epoch_240(*file);
  REQUIRE(mapped.table.rows.size() == 240);
  FitOptions options;
  options.bootstrap = {Resampling::by_case, 4000};
  const Fit fit = fit_table(mapped, options, {});
  CHECK(fit.objective_value <= 0.0010182740178 * (1 + 1e-6));
  CHECK(value(fit, "A") == doctest::Approx(477.826).epsilon(1e-4));
  CHECK(value(fit, "B") == doctest::Approx(2143.417).epsilon(1e-4));
  CHECK(value(fit, "E") == doctest::Approx(1.81722).epsilon(1e-5));
  CHECK(value(fit, "alpha") == doctest::Approx(0.347310).epsilon(1e-5));
  CHECK(value(fit, "beta") == doctest::Approx(0.367172).epsilon(1e-5));
  CHECK(*fit.a.value == doctest::Approx(0.51390).epsilon(1e-4));
  CHECK(fit.certificate.agreeing > fit.certificate.starts / 2);
  CHECK(fit.certificate.gradient_relative < 1e-6);
  CHECK(fit.certificate.second_objective <= 0.0010182740178 * (1 + 1e-6));
  check_interval(fit, "alpha", 0.3168, 0.3733);
  check_interval(fit, "beta", 0.3313, 0.4154);
  check_interval(fit, "E", 1.7694, 1.8712);
  check_interval(fit, "A", 285.2, 743.6);
  CHECK(fit.verdict.code == VerdictCode::ok);
}

TEST_CASE("published: the mean of the Chinchilla objective is minimised where its sum is") {
  const auto file = shared_file("mean", "laws/epoch-chinchilla/svg_extracted_data.csv");
  if (!file) return;
  FitOptions options;
  options.bootstrap = {Resampling::none, 0};
  options.objective.reduction = Reduction::mean;
  const Fit fit = fit_table(epoch_240(*file), options, {});
  CHECK(fit.objective_value * 240 <= 0.0010182740178 * (1 + 1e-6));
  CHECK(value(fit, "A") == doctest::Approx(477.826).epsilon(1e-4));
}

TEST_CASE("published: squared log residuals of the Chinchilla points") {
  const auto file = shared_file("l2", "laws/epoch-chinchilla/svg_extracted_data.csv");
  if (!file) return;
  FitOptions options;
  options.bootstrap = {Resampling::none, 0};
  options.objective = *parse_objective("l2").value;
  const Fit fit = fit_table(epoch_240(*file), options, {});
  CHECK(fit.objective_value <= 0.01146188699 * (1 + 1e-6));
  CHECK(value(fit, "alpha") == doctest::Approx(0.36025).epsilon(1e-4));
  CHECK(value(fit, "beta") == doctest::Approx(0.40588).epsilon(1e-4));
  CHECK(value(fit, "E") == doctest::Approx(1.86455).epsilon(1e-5));
}

TEST_CASE("published: absolute residuals of the Chinchilla points are the paper's own table") {
  const auto file = shared_file("l1", "laws/epoch-chinchilla/svg_extracted_data.csv");
  if (!file) return;
  FitOptions options;
  options.bootstrap = {Resampling::none, 0};
  options.objective = *parse_objective("l1").value;
  const Fit fit = fit_table(epoch_240(*file), options, {});
  CHECK(value(fit, "A") == doctest::Approx(482.01).epsilon(1e-3));
  CHECK(value(fit, "B") == doctest::Approx(2085.43).epsilon(1e-3));
  CHECK(value(fit, "E") == doctest::Approx(1.81686).epsilon(1e-4));
}

TEST_CASE("published: extrapolation of the Chinchilla points from below three cuts") {
  const auto file = shared_file("cut", "laws/epoch-chinchilla/svg_extracted_data.csv");
  if (!file) return;
  const std::vector<Row> rows = in_canonical_order(epoch_240(*file).table.rows);
  const auto form = chinchilla_form();
  struct Expected {
    double cut;
    int below, above;
    double a, mean, most;
  };
  // A maximum is not published for the cut in the middle.
  for (const auto& [cut, below, above, a, mean, most] :
       {Expected{1e20, 136, 104, 0.602, 0.0089, 0.041}, Expected{3e20, 177, 63, 0.578, 0.0100, NAN},
        Expected{1e21, 217, 23, 0.548, 0.0105, 0.028}}) {
    CAPTURE(cut);
    const auto found = extrapolate(*form, rows, {'N', 'D'}, {}, {}, cut, 64, 1);
    REQUIRE(found);
    CHECK(found->n_train == below);
    CHECK(found->n_test == above);
    CHECK(std::abs(exponents_of(found->values, {}).a - a) < 6e-4);
    CHECK(std::abs(found->mean_abs_rel - mean) < 6e-5);
    if (std::isfinite(most)) CHECK(std::abs(found->max_abs_rel - most) < 6e-4);
  }
}

TEST_CASE("published: all 245 points, outliers included") {
  const auto file = shared_file("245", "laws/epoch-chinchilla/svg_extracted_data.csv");
  if (!file) return;
  FitOptions options;
  options.bootstrap = {Resampling::none, 0};
  const Fit fit = fit_table(table_of(*file, "N=Model Size,C=Training FLOP,loss=loss"), options, {});
  CHECK(fit.rows.size() == 245);
  CHECK(fit.objective_value <= 0.00182601 * (1 + 1e-5));
  CHECK(value(fit, "beta") == doctest::Approx(0.4530).epsilon(1e-3));
}

TEST_CASE("published: the 234 runs of kyo-takano") {
  const auto file = shared_file("kyo-takano", "laws/kyo-takano-chinchilla/df.csv");
  if (!file) return;
  FitOptions options;
  options.bootstrap = {Resampling::none, 0};
  const Fit fit = fit_table(table_of(*file, "N=N,D=D,C=C,loss=loss"), options, {});
  CHECK(fit.rows.size() == 234);
  CHECK(fit.objective_value <= 0.00084009312 * (1 + 1e-6));
  CHECK(value(fit, "alpha") == doctest::Approx(0.34263).epsilon(1e-4));
  CHECK(value(fit, "beta") == doctest::Approx(0.34200).epsilon(1e-4));
  CHECK(value(fit, "E") == doctest::Approx(1.7839).epsilon(1e-4));
}
