// What is said beside a law: on tables whose answer is known, and on the published points.
#include "sweeps/law/appraisal/appraisal.h"

#include "sweeps/law/fit/synthetic.h"
#include "sweeps/law/report/checklist.h"
#include "sweeps/law/report/fit_document.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace enigma;
using namespace enigma::law;

namespace {

FitOptions quick() {
  FitOptions options;
  options.starts = 32;
  options.bootstrap.resamples = 60;
  return options;
}

Study appraised(const MappedTable& mapped, const FitOptions& options) {
  Study study = study_table(mapped, options, "", false);
  appraise(study, mapped, options);
  return study;
}

bool warns(const Fit& fit, const std::string& words) {
  return std::any_of(fit.warnings.begin(), fit.warnings.end(), [&](const std::string& warning) {
    return warning.find(words) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("appraisal: a document has the approaches, the choice of form and the checklist") {
  const auto mapped = synthetic({.sd = 0.005}, log_grid(3e7, 1e10, 8), log_grid(5e8, 3e11, 6));
  const auto document = to_json(appraised(mapped, quick()), 0.1);
  CHECK(document["approaches"].size() == 4);
  CHECK(document["approaches"][0]["form"] == "chinchilla");
  CHECK(document["selection"]["candidates"][0]["cuts"].size() >= 3);
  CHECK(document["influence"]["left_out"] == 48);
  CHECK(document["sensitivity"].size() >= 6);
  for (const char* item :
       {"form", "objective", "delta", "reduction", "optimizer", "tolerance", "starts", "n_used",
        "excluded_because", "size_definition", "flops_definition", "schedule", "seeds",
        "interval_method", "interval_resamples", "held_out", "correlations"}) {
    CAPTURE(item);
    CHECK(document["checklist"].contains(item));
  }
  CHECK(document["checklist"]["correlations"]["log A, alpha"] > 0.9);
  CHECK(document["checklist"]["interval_method"] == document["interval"]["method"]);
}

TEST_CASE("appraisal: one wild row is told as an outlier and as an influence") {
  auto mapped = synthetic({.sd = 0.003}, log_grid(3e7, 1e10, 8), log_grid(5e8, 3e11, 6));
  FitOptions options = quick();
  options.objective = *parse_objective("l2").value;
  mapped.table.rows[3].loss *= 1.5;
  const Study study = appraised(mapped, options);
  REQUIRE(study.appraisal->influence->outliers.size() >= 1);
  CHECK(study.appraisal->influence->outliers.front().id == "row 4");
  CHECK(study.appraisal->influence->most.front().id == "row 4");
  CHECK(warns(*study.pooled, "robust standard deviations"));
}

TEST_CASE("appraisal: approaches that disagree are told") {
  std::vector<Approach> approaches = {{.form = "chinchilla", .a = {0.5, 0.48, 0.52}},
                                      {.form = "envelope", .a = {0.53, 0.5, 0.56}},
                                      {.form = "isoflop:akima", .a = {0.6, 0.58, 0.62}},
                                      {.form = "isoflop:parabola"}};
  const auto sentences = disagreements(approaches);
  REQUIRE(sentences.size() == 1);
  CHECK(sentences[0].find("isoflop:akima says a = 0.600 [0.580, 0.620]") != std::string::npos);
}

TEST_CASE("appraisal: AICc is that of the textbook for normal residuals") {
  const std::vector<double> residuals = {0.1, -0.1, 0.2, -0.2, 0.1, -0.1, 0.3, -0.3};
  const double sum = 0.04 + 0.08 + 0.18, n = 8, k = 3;
  const double expected =
      n * (std::log(2 * 3.14159265358979 * sum / n) + 1) + 2 * k + 2 * k * (k + 1) / (n - k - 1);
  CHECK(*aicc(residuals, 2, false) == doctest::Approx(expected));
  CHECK_FALSE(aicc({1, 2, 3}, 2, false));
}

TEST_CASE("appraisal: a power with a floor beats one without where the floor shows, else neither") {
  std::vector<double> compute = log_grid(1e3, 1e9, 40);
  MappedTable flat, straight;
  std::mt19937_64 engine(2);
  std::normal_distribution<double> normal(0, 0.01);
  for (const double c : compute) {
    Row row{.id = "x", .c = c};
    row.n = row.d = row.u = NAN;
    row.loss = (1 + 20 * std::pow(c, -0.3)) * std::exp(normal(engine));
    flat.table.rows.push_back(row);
    row.loss = 20 * std::pow(c, -0.1) * std::exp(normal(engine));
    straight.table.rows.push_back(row);
  }
  flat.table.axes.insert('C');
  straight.table.axes.insert('C');
  FitOptions options = quick();
  options.form = "power_offset";
  const auto with_floor = appraised(flat, options).appraisal->selection;
  const auto power = std::find_if(with_floor->candidates.begin(), with_floor->candidates.end(),
                                  [](const Candidate& c) { return c.form == "power"; });
  CHECK(*power->aicc > *with_floor->candidates.front().aicc + 10);
  CHECK(with_floor->chosen != "power");
  const auto without = appraised(straight, options).appraisal->selection;
  CHECK(without->chosen != "power_offset");
  CHECK_FALSE(without->sentence.empty());
}

TEST_CASE("published: the five Chinchilla outliers are told, with what they do to a") {
  const auto file = shared_file("outliers", "laws/epoch-chinchilla/svg_extracted_data.csv");
  if (!file) { return; }
  const std::string mapping = "N=Model Size,C=Training FLOP,loss=loss";
  const auto mapped = *read_table(*file, {.mapping = *parse_mapping(mapping).value}).value;
  const Study study = appraised(mapped, quick());
  const Influence& influence = *study.appraisal->influence;
  CHECK(influence.outliers.size() == 5);
  CHECK(*study.pooled->a.value - *influence.without->a > 0.04);
  CHECK(warns(*study.pooled, "without them a = 0.51"));
}
