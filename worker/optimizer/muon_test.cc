// Muon against its reference values: torch.optim.Muon's own (bfloat16), and the algebra in float64.
#include "worker/optimizer/muon.h"

#include "model/golden_folder.h"
#include "model/tensor_file.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace enigma;
using namespace enigma::worker;
namespace golden = enigma::model::golden;

namespace {

constexpr double kLearningRate = 0.02;

/// The largest difference after three steps from `start` with the stored gradients.
double largest_error(const model::Tensors& stored, const std::string& name, at::ScalarType type,
                     const char* reference) {
  at::Tensor value = stored.at(name + ".start").to(type).clone();
  at::Tensor buffer = at::zeros_like(value);
  double error = 0;
  for (int step = 0; step < 3; ++step) {
    const std::string number = std::to_string(step);
    const auto gradient = stored.find(name + ".gradient_" + number);
    REQUIRE(gradient != stored.end());
    muon_step({}, kLearningRate, gradient->second.to(type), buffer, value);
    const at::Tensor& expected = stored.at(name + "." + reference + "_" + number);
    error = std::max(error, (value.to(at::kDouble) - expected).abs().max().item<double>());
  }
  return error;
}

}  // namespace

TEST_CASE("muon: three steps end at the reference values, wide, tall and square") {
  const auto file = golden::golden_folder() / "causal" / "muon.safetensors";
  if (golden::is_absent("muon", file)) { return; }
  const model::Tensors stored = model::read_tensors(file);
  int matrices = 0;
  for (const auto& [key, tensor] : stored) {
    if (!key.ends_with(".start")) { continue; }
    const std::string name = key.substr(0, key.size() - 6);
    CAPTURE(name);
    CHECK(largest_error(stored, name, at::kDouble, "exact") < 1e-6);
    CHECK(largest_error(stored, name, at::kFloat, "torch") < 1e-6);
    ++matrices;
  }
  CHECK(matrices == 3);
}

TEST_CASE("muon: singular values of the orthogonalised come near to one") {
  at::manual_seed(1);
  const at::Tensor x = orthogonalised(at::randn({20, 12}, at::kDouble), at::kDouble);
  const at::Tensor gram = at::mm(x.t(), x);
  CHECK((gram.diagonal() - 1).abs().max().item<double>() < 0.6);
}
