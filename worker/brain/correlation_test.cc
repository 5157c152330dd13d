#include "worker/brain/correlation.h"

#include "files/safetensors.h"
#include "recordings/scores/scores.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <unistd.h>

using namespace enigma;
using namespace enigma::worker;

namespace {

template <typename T>
std::span<const T> values(const TensorBytes& tensor) {
  return {reinterpret_cast<const T*>(tensor.bytes.data()), tensor.bytes.size() / sizeof(T)};
}

}  // namespace

TEST_CASE("correlation: a constant prediction is undefined and counts as zero in the mean") {
  SessionCorrelation session(3);  // neuron 2 is never observed
  for (float t : {0.f, 1.f, 2.f, 3.f}) {
    const std::vector<float> predictions{t, 1.f}, labels{2 * t, t};
    session.add(predictions, labels, std::vector<int64_t>{0, 1});
  }
  CHECK(std::isnan(session.pairs()[1].r()));
  const PopulationCorrelation result = population({session});
  CHECK(result.neurons == 2);
  CHECK(result.mean == doctest::Approx(0.5));
  CHECK(result.standard_error == doctest::Approx(0.5));
}

TEST_CASE("correlation: the worker's is that of enigma-data score, where it is hard to tell too") {
  // Neuron 0 varies by a little more than √eps with divisor n − 1, and by less with divisor n.
  const std::vector<float> predictions{1e-4f, 0.5f, -1e-4f, -0.5f}, target{1, 2, -1, -1};
  const std::vector<int64_t> ids{0, 1, 0, 1}, shape{4};
  const auto folder =
      std::filesystem::temp_directory_path() / ("enigma-correlation-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto bytes = [](const auto& list) { return std::as_bytes(std::span(list)); };
  write_safetensors(folder / "a.safetensors", {{"batch0.preds", {"F32", shape, bytes(predictions)}},
                                               {"batch0.target", {"F32", shape, bytes(target)}},
                                               {"batch0.neuron_ids", {"I64", shape, bytes(ids)}}});
  const auto scores =
      recordings::scores::score(Safetensors(folder / "a.safetensors"), "a.safetensors");
  std::filesystem::remove_all(folder);
  SessionCorrelation session(2);
  session.add(predictions, target, ids);
  REQUIRE(scores.at("per_neuron_r").at(0).is_number());
  CHECK(scores.at("per_neuron_r").at(0) == session.pairs()[0].r());
  CHECK(scores.at("per_neuron_r").at(1) == session.pairs()[1].r());
  CHECK(scores.at("population") == population({session}).mean);
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
    const double r = session.pairs()[i].r();
    if (std::isnan(expected[i])) {
      CHECK(std::isnan(r));
    } else {
      CHECK(r == doctest::Approx(expected[i]).epsilon(1e-9));
    }
  }
  CHECK(population({session}).mean ==
        doctest::Approx(values<double>(golden.at("out.population"))[0]).epsilon(1e-6));
}
