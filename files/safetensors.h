// Tensors in a file by name: the safetensors layout (8 bytes header length, JSON header, data).
// Neutral: element types are words, values are bytes. Used for checkpoints and queried values.
#pragma once

#include "files/mapped_file.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace enigma {

/// One tensor as bytes that live elsewhere: row-major, little-endian, `shape` elements of `dtype`
/// ("F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL").
struct TensorBytes {
  std::string dtype;
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;
};

/// Bytes of one element of a dtype; 0 where the word is unknown.
size_t element_bytes(const std::string& dtype);

/// What stands on the disk now.
struct WrittenFile {
  uint64_t bytes = 0;
  std::string sha256;  ///< worked out beside the writing, from memory
};

/// Writes the tensors in the map's order (data start at a multiple of 8) and syncs. `metadata`
/// goes into `__metadata__`. Not atomic: checkpoints write it aside and rename the folder.
/// Throws std::system_error where the disk refuses.
WrittenFile write_safetensors(const std::filesystem::path& path,
                              const std::map<std::string, TensorBytes>& tensors,
                              const std::map<std::string, std::string>& metadata = {});

/// A mapped file; the spans live as long as it does.
class Safetensors {
 public:
  /// Maps and checks the whole header: bounds, types, sizes, no overlap and no gap. Throws
  /// std::runtime_error that says what is wrong, std::system_error where it cannot be opened.
  explicit Safetensors(const std::filesystem::path& path);
  Safetensors(const Safetensors&) = delete;
  Safetensors& operator=(const Safetensors&) = delete;

  const std::map<std::string, TensorBytes>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  /// Throws std::runtime_error that names file and tensor where it is absent.
  const TensorBytes& at(const std::string& name) const;

 private:
  std::filesystem::path path_;
  MappedFile file_;
  std::map<std::string, TensorBytes> tensors_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace enigma
