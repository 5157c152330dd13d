// Answers as tensors of a safetensors file.
#pragma once

#include "recordings/format/number_type.h"
#include "recordings/query/answer.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace enigma::recordings::cli {

/// A tensor that owns its bytes.
struct Tensor {
  NumberType type = NumberType::f32;
  std::vector<int64_t> shape;
  std::vector<std::byte> bytes;
};
using Tensors = std::map<std::string, Tensor>;

Tensor tensor_of(const std::vector<int64_t>& indices);
Tensor tensor_of(query::Answer answer);

/// Writes aside and renames: `file` is the old one or the whole new one. Throws std::system_error
/// where the disk refuses.
void write_tensors(const std::filesystem::path& file, const Tensors& tensors);

/// {"dtype": numpy's name, "shape": […]}
nlohmann::ordered_json description_of(const Tensor& tensor);

}  // namespace enigma::recordings::cli
