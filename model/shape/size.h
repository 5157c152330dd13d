// What is said of the models of every family: how large one is, and its parameters by class.
#pragma once

#include <cstdint>
#include <string>

namespace enigma::model {

/// `model.size` of a spec: a published name ("20M"), or width, layers, heads.
struct ModelSize {
  std::string name;  ///< published name, or empty
  int64_t width = 0;
  int64_t layers = 0;
  int64_t heads = 0;
};

/// N of a scaling law is `shared` (which includes the animals' rows, as published); `animal` says
/// how many of it they are.
struct ParameterCounts {
  int64_t shared = 0;
  int64_t session = 0;
  int64_t animal = 0;
  int64_t total = 0;  ///< shared + session
};

/// Parameters, gradients and AdamW's two moments in float32.
inline int64_t state_bytes(const ParameterCounts& counts) {
  return 4 * 4 * counts.total;
}

}  // namespace enigma::model
