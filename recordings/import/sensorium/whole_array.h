// A numpy array as other people's tools leave it: any axis order, any byte order, numbers or text,
// read whole into memory. (recordings/npy.h maps what this project writes.)
#pragma once

#include "diagnostics/diagnostic.h"
#include "recordings/format/number_type.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace enigma::recordings::importer::sensorium {

struct WholeArray {
  NumberType type = NumberType::f64;
  std::vector<int64_t> shape;
  int64_t elements = 0;
  std::vector<std::byte> bytes;  ///< row-major, little-endian; empty where it is text
  bool is_text = false;
  std::vector<std::string> texts;  ///< UTF-8

  double number(int64_t index) const {
    return number_at(bytes.data(), type, static_cast<size_t>(index));
  }
  ExactNumber exact(int64_t index) const {
    return exact_at(bytes.data(), type, static_cast<size_t>(index));
  }
};

/// Reads a .npy file; a diagnostic names the file and the field where the header is malformed, the
/// type is neither a number nor text (pickled objects), or the file is shorter than it says.
Parsed<WholeArray> read_whole_array(const std::filesystem::path& path);

/// Type and shape alone: `bytes` and `texts` stay empty.
Parsed<WholeArray> read_array_header(const std::filesystem::path& path);

}  // namespace enigma::recordings::importer::sensorium
