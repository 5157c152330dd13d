#include "recordings/scores/scores.h"

#include "diagnostics/diagnostic.h"
#include "recordings/temporary_folder.h"

#include <doctest/doctest.h>

#include <span>
#include <string>
#include <vector>

namespace enigma::recordings::scores {
namespace {

template <typename T>
TensorBytes tensor(const char* dtype, const std::vector<T>& numbers, std::vector<int64_t> shape) {
  return {dtype, std::move(shape), std::as_bytes(std::span(numbers))};
}

nlohmann::ordered_json scores_of(const std::map<std::string, TensorBytes>& tensors) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.safetensors";
  write_safetensors(path, tensors);
  return score(Safetensors(path), path);
}

std::string refusal(const std::map<std::string, TensorBytes>& tensors) {
  try {
    scores_of(tensors);
  } catch (const InputError& error) { return error.diagnostics().at(0).pointer; }
  return "";
}

}  // namespace

TEST_CASE("score: ids of 64 bits stay apart, and one that is no integer is refused") {
  const std::vector<double> responses = {1, 1.5, 4, 4.25}, predictions = {1, 1, 4, 4};
  const std::vector<int64_t> small = {1, 1, 2, 2};
  const std::vector<int64_t> large = {864691135591041291, 864691135591041291, 864691135591041292,
                                      864691135591041292};
  const std::vector<uint64_t> largest = {UINT64_MAX, UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - 1};
  const std::vector<double> broken = {1, 1, 1.5, 1.5};
  const auto with = [&](const TensorBytes& ids) {
    return std::map<std::string, TensorBytes>{{"responses", tensor("F64", responses, {4, 1})},
                                              {"predictions", tensor("F64", predictions, {4, 1})},
                                              {"image_ids", ids}};
  };
  const auto expected = scores_of(with(tensor("I64", small, {4})));
  CHECK(expected.at("fev").at(0).get<double>() > 0.9);
  CHECK(scores_of(with(tensor("I64", large, {4}))) == expected);
  CHECK(scores_of(with(tensor("U64", largest, {4}))) == expected);
  CHECK(refusal(with(tensor("F64", broken, {4}))) == "image_ids");
}

TEST_CASE("score: a neuron's id that is no integer, or no neuron, is refused") {
  const std::vector<float> values = {1, 2};
  const auto with = [&](const TensorBytes& ids) {
    return std::map<std::string, TensorBytes>{{"batch0.target", tensor("F32", values, {2})},
                                              {"batch0.preds", tensor("F32", values, {2})},
                                              {"batch0.neuron_ids", ids}};
  };
  const std::vector<float> broken = {0, 0.5}, whole = {0, 0};
  const std::vector<int32_t> negative = {0, -1};
  const std::vector<uint64_t> largest = {0, UINT64_MAX};
  CHECK(refusal(with(tensor("F32", broken, {2}))) == "batch0.neuron_ids");
  CHECK(refusal(with(tensor("I32", negative, {2}))) == "batch0.neuron_ids");
  CHECK(refusal(with(tensor("U64", largest, {2}))) == "batch0.neuron_ids");
  const auto scores = scores_of(with(tensor("F32", whole, {2})));
  CHECK(scores.at("per_neuron_r").at(0).get<double>() == doctest::Approx(1));
}

}  // namespace enigma::recordings::scores
