// numpy's .npy files (format 1.0–3.0, NEP 1), mapped and checked before a number is believed.
#pragma once

#include "diagnostics/diagnostic.h"
#include "files/mapped_file.h"
#include "recordings/format/number_type.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace enigma::recordings {

struct NpyArray {
  MappedFile mapping;
  NumberType type = NumberType::f32;
  std::vector<int64_t> shape;
  int64_t elements = 0;
  /// Row-major and little-endian; `elements` numbers lie inside the mapping.
  const std::byte* data = nullptr;
  bool rearranged = false;  ///< the file is column-major or big-endian
};

/// Opens an array; one that is column-major or big-endian is copied into the order above. A
/// diagnostic names the file and the field where the header is malformed, the type is not a number,
/// or the file is shorter than it says.
Parsed<NpyArray> open_npy(const std::filesystem::path& path);

/// The same without that copy: `data` is null where the file is `rearranged`.
Parsed<NpyArray> open_npy_header(const std::filesystem::path& path);

/// The file of an array in format 1.0: header and numbers.
std::string npy_bytes(NumberType type, const std::vector<int64_t>& shape, const void* numbers);

}  // namespace enigma::recordings
