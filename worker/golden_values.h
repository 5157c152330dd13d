// Results of a fixture held against stored ones, for tests: tolerances by kind of name.
#pragma once

#include "model/golden_folder.h"
#include "worker/fixture.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace enigma::worker::golden {

using model::golden::golden_folder;
using model::golden::is_absent;

inline FixtureRequest request_for(const std::filesystem::path& file, const std::string& name,
                                  at::ScalarType type) {
  FixtureRequest request{.file = file, .name = name, .folders = {file.parent_path()}};
  std::ifstream stream(file);
  request.fixtures = nlohmann::json::parse(stream);
  request.backward = true;
  request.type = type;
  return request;
}

/// Largest difference of two tensors, and the largest stored value.
struct Difference {
  double error = 0, scale = 0;
};
inline Difference difference(const at::Tensor& got, const at::Tensor& stored) {
  REQUIRE(got.sizes() == stored.sizes());
  const at::Tensor expected = stored.to(at::kDouble);
  return {(got.detach().to(at::kDouble) - expected).abs().max().item<double>(),
          expected.abs().max().item<double>()};
}

}  // namespace enigma::worker::golden
