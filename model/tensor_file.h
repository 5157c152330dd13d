// Tensors in safetensors files by name: weights, fixtures, predictions.
#pragma once

#include "files/safetensors.h"
#include "model/named_tensor.h"

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace enigma::model {

using Tensors = std::map<std::string, at::Tensor>;

/// The stored bytes as a tensor, without a copy: it lives as long as they do. Throws
/// std::runtime_error for a type that is none of LibTorch's.
at::Tensor view_of(const TensorBytes& stored);

/// Copies of all tensors of a file. Throws as Safetensors does, and for a type that is none of
/// LibTorch's.
Tensors read_tensors(const std::filesystem::path& path);

/// From whatever device they are on.
WrittenFile write_tensors(const std::filesystem::path& path, const Tensors& tensors,
                          const std::map<std::string, std::string>& metadata = {});

/// Copies values into parameters of their names, converted to their type. Throws
/// std::runtime_error with every name that `values` lacks or has in another shape.
void load_parameters(const std::vector<NamedTensor>& parameters, const Tensors& values);

}  // namespace enigma::model
