// numpy's .npy files (format 1.0–3.0, NEP 1), mapped and checked before a number is believed.
#pragma once

#include "diagnostics/diagnostic.h"
#include "recordings/mapping.h"
#include "recordings/number_type.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace enigma::recordings {

struct NpyArray {
  Mapping mapping;
  NumberType type = NumberType::f32;
  std::vector<int64_t> shape;
  int64_t elements = 0;
  const std::byte* data = nullptr;  ///< row-major; `elements` numbers lie inside the mapping
};

/// Opens an array; a diagnostic names the file and the field where the header is malformed, the
/// order is Fortran's, the type is not a little-endian number, or the file is shorter than it says.
Parsed<NpyArray> open_npy(const std::filesystem::path& path);

/// The file of an array in format 1.0: header and numbers.
std::string npy_bytes(NumberType type, const std::vector<int64_t>& shape, const void* numbers);

}  // namespace enigma::recordings
