// Results of a fixture held against stored ones, for tests: tolerances by kind of name.
#pragma once

#include "worker/fixture.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

namespace enigma::worker::golden {

inline std::filesystem::path folder() {
  const char* shared = std::getenv("ENIGMA_SHARED");
  return std::filesystem::path(shared ? shared : "../shared") / "golden";
}

/// Says so, and gives true, where the reference values are absent.
inline bool skipped(const std::string& test, const std::filesystem::path& file) {
  if (std::filesystem::exists(file)) { return false; }
  std::cout << "SKIP: " << test << ": no " << file << std::endl;
  return true;
}

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
