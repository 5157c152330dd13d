#include "worker/correlation.h"

#include "files/safetensors.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

using namespace enigma;
using namespace enigma::worker;

namespace {

double direct_pearson(const std::vector<float>& x, const std::vector<float>& y) {
  double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
  const auto n = static_cast<double>(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    mean_x += x[i] / n;
    mean_y += y[i] / n;
  }
  for (size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return xy / std::sqrt(xx * yy);
}

template <typename T>
std::span<const T> values(const TensorBytes& tensor) {
  return {reinterpret_cast<const T*>(tensor.bytes.data()), tensor.bytes.size() / sizeof(T)};
}

}  // namespace

TEST_CASE("correlation: streaming agrees with the textbook formula, in any split") {
  std::vector<float> x, y;
  for (int i = 0; i < 500; ++i) {
    x.push_back(1000.0f + std::sin(0.7f * static_cast<float>(i)));
    y.push_back(std::sin(0.7f * static_cast<float>(i) + 0.5f) + 0.1f * static_cast<float>(i % 7));
  }
  Pair whole, left, right;
  for (size_t i = 0; i < x.size(); ++i) {
    whole.add(x[i], y[i]);
    (i < 123 ? left : right).add(x[i], y[i]);
  }
  left.merge(right);
  CHECK(whole.pearson() == doctest::Approx(direct_pearson(x, y)).epsilon(1e-10));
  CHECK(left.pearson() == doctest::Approx(whole.pearson()).epsilon(1e-12));
}

TEST_CASE("correlation: a constant prediction is undefined and counts as zero in the mean") {
  SessionCorrelation session(3);  // neuron 2 is never observed
  for (float t : {0.f, 1.f, 2.f, 3.f}) {
    const std::vector<float> predictions{t, 1.f}, labels{2 * t, t};
    session.add(predictions, labels, std::vector<int64_t>{0, 1});
  }
  CHECK(std::isnan(session.pairs()[1].pearson()));
  const PopulationCorrelation result = population({session});
  CHECK(result.neurons == 2);
  CHECK(result.mean == doctest::Approx(0.5));
  CHECK(result.standard_error == doctest::Approx(0.5));
}

TEST_CASE("correlation: agrees with the published metric") {
  const char* shared = std::getenv("ENIGMA_SHARED");
  const auto file = std::filesystem::path(shared ? shared : "../shared") /
                    "golden/metrics/population_pearson.safetensors";
  if (!std::filesystem::exists(file)) {
    std::printf("SKIP: correlation: agrees with the published metric: no %s\n", file.c_str());
    return;
  }
  const Safetensors golden(file);
  const auto expected = values<double>(golden.at("out.per_neuron_r"));
  SessionCorrelation session(static_cast<int64_t>(expected.size()));
  for (int k = 0; golden.tensors().contains("batch" + std::to_string(k) + ".preds"); ++k) {
    const std::string batch = "batch" + std::to_string(k);
    session.add(values<float>(golden.at(batch + ".preds")),
                values<float>(golden.at(batch + ".target")),
                values<int64_t>(golden.at(batch + ".neuron_ids")));
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    const double r = session.pairs()[i].pearson();
    if (std::isnan(expected[i]))
      CHECK(std::isnan(r));
    else
      CHECK(r == doctest::Approx(expected[i]).epsilon(1e-9));
  }
  CHECK(population({session}).mean ==
        doctest::Approx(values<double>(golden.at("out.population"))[0]).epsilon(1e-6));
}
