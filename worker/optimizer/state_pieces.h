// What a checkpoint holds of parameters and optimisers: tensors by name, each whole, or in pieces
// NAME@FIRST of its flattened elements, whose file says its shape. So a checkpoint is read by any
// number of ranks.
#pragma once

#include "files/safetensors.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace enigma::worker {

/// A tensor of the state of a run, or a piece of one, as a rank holds it.
struct StatePiece {
  std::string name;
  at::Tensor values;                ///< whole: of its shape; a piece: flat
  int64_t first = 0;                ///< of the flattened elements
  bool is_whole = true;             ///< else elements [first, first + values.numel())
  bool is_own = true;               ///< else every rank holds the same: one of them writes it
  std::vector<int64_t> shape = {};  ///< of the whole, where this is a piece
};

/// Writes all of them.
WrittenFile write_pieces(const std::filesystem::path& file, const std::vector<StatePiece>& pieces);

/// The tensors of some files of a checkpoint.
class StoredPieces {
 public:
  /// Throws std::runtime_error where a file is damaged or two hold the same.
  explicit StoredPieces(const std::vector<std::filesystem::path>& files);

  /// Copies what is stored of each piece into it. Throws std::runtime_error where one is not stored
  /// whole, or with another shape or type.
  void copy_into(const std::vector<StatePiece>& pieces) const;

  /// A copy of all of a tensor. Throws std::runtime_error where a piece is missing.
  at::Tensor whole(const std::string& name) const;

  /// Names without the numbers of pieces.
  std::vector<std::string> names() const;

 private:
  struct Stored {
    int64_t first = 0;
    bool is_whole = true;
    const TensorBytes* bytes = nullptr;
    std::vector<int64_t> shape = {};  ///< of the whole; empty: not said
  };
  void add(const std::filesystem::path& path, const Safetensors& file, const std::string& name,
           const TensorBytes& bytes);
  void copy_flat(const std::string& name, int64_t first, const at::Tensor& flat) const;

  std::vector<std::unique_ptr<Safetensors>> files_;
  std::map<std::string, std::vector<Stored>> stored_;  // by first element
};

}  // namespace enigma::worker
