// Scores against the published code's values, and against plain formulas on real repeats.
#include "recordings/scores/repeats.h"

#include "files/safetensors.h"
#include "recordings/format/document.h"
#include "recordings/format/npy.h"
#include "recordings/scores/pearson.h"
#include "recordings/scores/scores.h"
#include "recordings/shared_recordings.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

namespace enigma::recordings::scores {
namespace {

namespace fs = std::filesystem;

double number_of(const TensorBytes& tensor, size_t i) {
  const NumberType type = tensor.dtype == "F64" ? NumberType::f64 : NumberType::f32;
  return number_at(tensor.bytes.data(), type, i);
}

// Every out.NAME of a file against our NAME; float32 answers hold to float32.
void check_golden(const fs::path& path) {
  const Safetensors file(path);
  const nlohmann::ordered_json scores = score(file, path);
  int64_t checked = 0;
  for (const auto& [name, tensor] : file.tensors()) {
    if (!name.starts_with("out.")) { continue; }
    CAPTURE(name);
    REQUIRE(scores.contains(name.substr(4)));
    const auto& ours = scores.at(name.substr(4));
    const double tolerance = name == "out.population" ? 1e-7 : tensor.dtype == "F64" ? 1e-9 : 3e-6;
    for (size_t i = 0; i < tensor.bytes.size() / element_bytes(tensor.dtype); ++i) {
      const double theirs = number_of(tensor, i);
      const nlohmann::ordered_json& value = ours.is_array() ? ours.at(i) : ours;
      CHECK(value.is_null() == std::isnan(theirs));
      if (value.is_null()) { continue; }
      CHECK(std::abs(value.get<double>() - theirs) <= tolerance * (1 + std::abs(theirs)) + 2e-9);
    }
    ++checked;
  }
  CHECK(checked >= 3);
}

struct Table {
  std::vector<double> values;
  size_t rows = 0, columns = 0;
  double at(size_t row, size_t column) const { return values[row * columns + column]; }
};

Table table_in(const fs::path& file) {
  const Parsed<NpyArray> array = open_npy(file);
  REQUIRE(array.ok());
  Table table{
      {}, static_cast<size_t>(array.value->shape[0]), static_cast<size_t>(array.value->shape[1])};
  for (int64_t i = 0; i < array.value->elements; ++i) {
    table.values.push_back(number_at(array.value->data, array.value->type, static_cast<size_t>(i)));
  }
  return table;
}

// The repeats of the Allen test images: 18 images × 50 repeats, one neuron.
struct Half {
  double y[18][25];  // even repeats
  double p[18];      // mean of the odd ones
};

Half half_of(const Table& table, size_t neuron) {
  Half half{};
  for (size_t image = 0; image < 18; ++image) {
    for (size_t r = 0; r < 25; ++r) {
      half.y[image][r] = table.at(50 * image + 2 * r, neuron);
      half.p[image] += table.at(50 * image + 2 * r + 1, neuron) / 25;
    }
  }
  return half;
}

// Plain formulas, nothing shared with the code under test.
double plain_feve(const Half& half) {
  double mean = 0, noise = 0, total = 0, error = 0;
  for (const auto& row : half.y) {
    for (double y : row) { mean += y / 450; }
  }
  for (size_t i = 0; i < 18; ++i) {
    double within = 0, own = 0;
    for (double y : half.y[i]) { own += y / 25; }
    for (double y : half.y[i]) {
      within += (y - own) * (y - own) / 24;
      total += (y - mean) * (y - mean) / 449;
      error += (y - half.p[i]) * (y - half.p[i]) / 450;
    }
    noise += within / 18;
  }
  return 1 - (error - noise) / (total - noise);
}

double plain_ccnorm(const Half& half) {
  double average[18] = {}, mean_y = 0, mean_p = 0;
  for (size_t i = 0; i < 18; ++i) {
    for (double y : half.y[i]) { average[i] += y / 25; }
    mean_y += average[i] / 18;
    mean_p += half.p[i] / 18;
  }
  double var_y = 0, var_p = 0, cov = 0, single = 0;
  for (size_t i = 0; i < 18; ++i) {
    var_y += (average[i] - mean_y) * (average[i] - mean_y) / 17;
    var_p += (half.p[i] - mean_p) * (half.p[i] - mean_p) / 17;
    cov += (half.p[i] - mean_p) * (average[i] - mean_y) / 17;
  }
  for (size_t r = 0; r < 25; ++r) {
    double mean = 0;
    for (size_t i = 0; i < 18; ++i) { mean += half.y[i][r] / 18; }
    for (size_t i = 0; i < 18; ++i) {
      single += (half.y[i][r] - mean) * (half.y[i][r] - mean) / 17;
    }
  }
  const double power = (625 * var_y - single) / (25 * 24);
  return cov / std::sqrt(var_p * power);
}

double plain_oracle(const Half& half) {
  double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (const auto& row : half.y) {
    double sum = 0;
    for (double value : row) { sum += value; }
    for (double value : row) {
      x += (sum - value) / 24 / 450;
      y += value / 450;
    }
  }
  for (const auto& row : half.y) {
    double sum = 0;
    for (double value : row) { sum += value; }
    for (double value : row) {
      const double a = (sum - value) / 24 - x, b = value - y;
      xx += a * a / 450;
      yy += b * b / 450;
      xy += a * b / 450;
    }
  }
  return xy / ((std::sqrt(xx) + 1e-8) * (std::sqrt(yy) + 1e-8));
}

}  // namespace

TEST_CASE("score: the published metrics hold") {
  const auto shared = shared_recordings("score: published metrics");
  if (shared.empty()) { return; }
  const fs::path metrics = shared.parent_path() / "golden" / "metrics";
  for (const char* name :
       {"repeats", "repeats_unequal", "movies", "population_pearson", "behavior_pearson"}) {
    CAPTURE(name);
    check_golden(metrics / (std::string(name) + ".safetensors"));
  }
  const nlohmann::json scalars = read_json(metrics / "metrics.json").value.value();
  const fs::path path = metrics / "repeats.safetensors";
  const nlohmann::ordered_json scores = score(Safetensors(path), path);
  for (const auto& [name, value] : scalars.at("repeats").items()) {
    CHECK(scores.at(name).get<double>() == doctest::Approx(value.get<double>()).epsilon(1e-9));
  }
  const auto& sessions = scalars.at("session_weighting");
  CHECK(pooled_correlation(sessions.at("session_r").get<std::vector<double>>(),
                           sessions.at("n_neurons").get<std::vector<double>>()) ==
        doctest::Approx(sessions.at("overall").get<double>()).epsilon(1e-12));
}

TEST_CASE("repeats: real repeats give what plain formulas give") {
  const auto shared = shared_recordings("repeats: Allen natural scenes");
  if (shared.empty()) { return; }
  const Table table = table_in(shared / "allen-natural-scenes" / "Allen_test_output_big.npy");
  REQUIRE(table.rows == 900);
  RepeatedTrials trials;
  trials.neurons = static_cast<int64_t>(table.columns);
  std::vector<Half> halves;
  for (size_t n = 0; n < table.columns; ++n) { halves.push_back(half_of(table, n)); }
  for (size_t image = 0; image < 18; ++image) {
    for (size_t r = 0; r < 25; ++r) {
      trials.stimulus.push_back(static_cast<int64_t>(image));
      for (size_t n = 0; n < table.columns; ++n) {
        trials.responses.push_back(halves[n].y[image][r]);
        trials.predictions.push_back(halves[n].p[image]);
      }
    }
  }
  const RepeatScores scores = score_repeats(trials);
  double worst = 0;
  const auto compare = [&](double ours, double plain) {
    CHECK(std::isnan(ours) == std::isnan(plain));
    if (std::isfinite(plain)) {
      worst = std::max(worst, std::abs(ours - plain) / (1 + std::abs(plain)));
    }
  };
  for (size_t n = 0; n < table.columns; ++n) {
    compare(scores.feve[n], plain_feve(halves[n]));
    compare(scores.ccnorm[n], plain_ccnorm(halves[n]));
    compare(scores.oracle_jackknife[n], plain_oracle(halves[n]));
  }
  MESSAGE("largest difference from plain formulas: " << worst);
  CHECK(worst <= 1e-9);
}

TEST_CASE("repeats: a stimulus shown once has no noise, and a silent neuron no score") {
  RepeatedTrials trials;
  trials.neurons = 2;
  trials.stimulus = {7, 3, 7, 5, 3};
  trials.responses = {1, 0, 4, 0, 3, 0, 9, 0, 6, 0};
  trials.predictions = {1, 1, 5, 2, 2, 3, 8, 4, 5, 5};
  const RepeatScores scores = score_repeats(trials);
  CHECK(scores.fev[0] == doctest::Approx(1 - 2 / 9.3));  // noise 2, total 9.3
  CHECK(scores.signal_power.empty());
  CHECK(std::isnan(scores.fev[1]));
  CHECK(scores.corr_single_trial[1] == 0);
  CHECK(mean_feve(scores).kept == 1);
  CHECK(gini({1, 1, 1}) == 0);
  CHECK(gini({0, 0, 0, 4}) == doctest::Approx(0.75));
}

}  // namespace enigma::recordings::scores
