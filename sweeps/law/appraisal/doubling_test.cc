#include "sweeps/law/appraisal/doubling.h"

#include "sweeps/law/appraisal/study.h"
#include "sweeps/law/fit/synthetic.h"
#include "sweeps/law/report/prediction.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::law;

TEST_CASE("doubling: pairs of runs tell unique data from parameters") {
  // Loss falls by 10 % per doubling of unique data, by 1 % per doubling of the size, at any budget.
  std::vector<Row> rows;
  for (const double c : {1e12, 4e12}) {
    for (const double u : {100.0, 200.0, 800.0}) {
      for (const double n : {1e4, 2e4, 8e4}) {
        const double loss =
            3 * std::pow(0.9, std::log2(u / 100)) * std::pow(0.99, std::log2(n / 1e4));
        rows.push_back({.id = "x", .n = n, .d = c / 6 / n, .c = c, .u = u, .loss = loss});
      }
    }
  }
  const Doublings found = doublings_of(Fit{.form = "power"}, rows, 1e15);
  REQUIRE(found.data);
  REQUIRE(found.size);
  CHECK(found.unique);
  CHECK(found.data->change == doctest::Approx(-0.1));
  CHECK(found.size->change == doctest::Approx(-0.01));
  CHECK(found.data->pairs == 6);
  CHECK(found.sentence.find("One more doubling of the unique data lowers the loss by 10 %") == 0);
  CHECK(found.sentence.find("one more doubling of the parameters lowers the loss by 1 % (-1 %, 95 "
                            "% interval -1 to -1 %)") != std::string::npos);
}

TEST_CASE("doubling: at a law's optimum both are worth what its terms say") {
  const auto mapped = synthetic({.sd = 0.002}, log_grid(3e7, 1e10, 8), log_grid(5e8, 3e11, 6));
  FitOptions options;
  options.starts = 48;
  options.bootstrap.resamples = 50;
  const Fit fit = *study_table(mapped, options, "", false).pooled;
  const Doublings found = doublings_of(fit, fit.rows, 1e22);
  REQUIRE(found.data);
  CHECK_FALSE(found.unique);
  const Place place = best_place(fit.values, fit.cost, 1e22);
  const auto loss = [&](double n, double d) {
    return fit.values[0] + fit.values[1] * std::pow(n, -fit.values[3]) +
           fit.values[2] * std::pow(d, -fit.values[4]);
  };
  CHECK(found.data->change == doctest::Approx(loss(place.n, 2 * place.d) / place.loss - 1));
  CHECK(found.size->change == doctest::Approx(loss(2 * place.n, place.d) / place.loss - 1));
  CHECK(found.data->pairs == 0);
  CHECK(*found.size->low < found.size->change);
  CHECK(*found.size->high > found.size->change);
  CHECK(to_json(found)["parameters"]["low"] == *found.size->low);
}

TEST_CASE("doubling: without an optimum the size is told as the verdict tells it") {
  auto mapped = synthetic({.a = 0, .sd = 0.003}, log_grid(3e7, 1e10, 8), log_grid(5e8, 3e11, 6));
  FitOptions options;
  options.starts = 48;
  options.bootstrap = {Resampling::none, 0};
  const Fit fit = *study_table(mapped, options, "", false).pooled;
  REQUIRE(fit.verdict.code == VerdictCode::data_limited);
  const Doublings found = doublings_of(fit, fit.rows, 1e22);
  REQUIRE(found.size);
  CHECK(found.size->change == fit.size_doubling->change);
  CHECK(*found.size->low == *fit.size_doubling->low);
  CHECK(found.sentence.find(" it ") == std::string::npos);
}

TEST_CASE("doubling: nothing is said where nothing can be compared") {
  CHECK(doublings_of(Fit{.form = "power"}, {}, 1e15).sentence.empty());
}

TEST_CASE("prediction: a budget that repeats the data beyond what was fitted says so") {
  auto mapped = synthetic({.sd = 0.002}, log_grid(3e7, 1e10, 8), log_grid(5e8, 3e11, 6));
  mapped.table.axes.insert('U');
  for (Row& row : mapped.table.rows) { row.u = 1e10; }
  FitOptions options;
  options.starts = 48;
  options.bootstrap.resamples = 50;
  const Fit fit = *study_table(mapped, options, "", false).pooled;
  const Prediction far = predict(fit, 1e25, fit.rows);
  REQUIRE(far.epochs);
  CHECK(*far.epochs == doctest::Approx(*far.d / 1e10));
  CHECK(*far.epochs_most == doctest::Approx(30));
  CHECK(far.repetition.starts_with("Data-limited"));
  CHECK(predict(fit, 1e20, fit.rows).repetition.empty());
  CHECK(to_json(far)["loss"]["low"].is_number());
}

TEST_CASE("prediction: a frontier gives sizes beyond its data, and losses inside alone") {
  auto mapped = synthetic({.sd = 0}, log_grid(3e7, 1e11, 40), log_grid(5e8, 3e12, 40));
  FitOptions options;
  options.form = "envelope";
  options.bootstrap.resamples = 50;
  const Fit fit = *study_table(mapped, options, "", false).pooled;
  const Prediction inside = predict(fit, 1e21, fit.rows), beyond = predict(fit, 1e26, fit.rows);
  CHECK(inside.loss.value.has_value());
  CHECK(to_json(beyond)["loss"]["value"].is_null());
  CHECK(*beyond.n > *inside.n);
  CHECK(*beyond.extrapolation_factor > 1);
}
