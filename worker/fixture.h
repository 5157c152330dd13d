// A fixture: stored weights and inputs of a model, what is to be worked out on them, and by what
// names the results are known. It makes an implementation comparable with another, number by
// number.
#pragma once

#include "model/named_tensor.h"
#include "model/tensor_file.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace enigma::worker {

struct FixtureRequest {
  std::filesystem::path file;                  ///< of the description
  nlohmann::json fixtures;                     ///< what it holds
  std::string name;                            ///< of the case
  std::vector<std::filesystem::path> folders;  ///< where its tensors lie, beside the description
  bool backward = false;                       ///< gradients, too
  int64_t steps = 0;                           ///< of the optimiser on the same batch
  at::ScalarType type = at::kFloat;
};

/// The tensors of `name` in the first folder that has it. Throws InputError where none has.
model::Tensors tensors_of(const FixtureRequest& request, const std::string& name);

/// Member `key` of `json`, which stands at `place` in the description. Throws InputError.
const nlohmann::json& member(const FixtureRequest& request, const nlohmann::json& json,
                             const std::string& place, const std::string& key);

/// Adds `grad.NAME` of every parameter that has a gradient.
void add_gradients(const std::vector<model::NamedTensor>& parameters, model::Tensors& results);

}  // namespace enigma::worker
