#include "worker/state_pieces.h"

#include "model/tensor_file.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace enigma::worker {
namespace {

namespace fs = std::filesystem;

constexpr char kPiece = '@';

/// FIRST of NAME@FIRST; nothing where the name is that of a whole tensor.
std::optional<int64_t> first_of(const std::string& name) {
  const size_t at = name.rfind(kPiece);
  if (at == std::string::npos) { return std::nullopt; }
  int64_t first = 0;
  const char* end = name.data() + name.size();
  const auto result = std::from_chars(name.data() + at + 1, end, first);
  if (result.ec != std::errc() || result.ptr != end || first < 0) { return std::nullopt; }
  return first;
}

std::string name_of(const StatePiece& piece) {
  return piece.is_whole ? piece.name : piece.name + kPiece + std::to_string(piece.first);
}

}  // namespace

bool write_pieces(const fs::path& file, const std::vector<StatePiece>& pieces, bool also_common) {
  model::Tensors tensors;
  for (const StatePiece& piece : pieces) {
    if (piece.is_own || also_common) { tensors[name_of(piece)] = piece.values; }
  }
  if (tensors.empty()) { return false; }
  model::write_tensors(file, tensors);
  return true;
}

StoredPieces::StoredPieces(const std::vector<fs::path>& files) {
  for (const fs::path& path : files) {
    files_.push_back(std::make_unique<Safetensors>(path));
    for (const auto& [name, bytes] : files_.back()->tensors()) { add(path, name, bytes); }
  }
  for (auto& [name, pieces] : stored_) {
    std::sort(pieces.begin(), pieces.end(),
              [](const Stored& a, const Stored& b) { return a.first < b.first; });
  }
}

void StoredPieces::add(const fs::path& file, const std::string& name, const TensorBytes& bytes) {
  const auto first = first_of(name);
  auto& pieces = stored_[first ? name.substr(0, name.rfind(kPiece)) : name];
  for (const Stored& other : pieces) {
    if (!first || other.is_whole || other.first == *first) {
      throw std::runtime_error(file.string() + ": '" + name + "' is stored twice");
    }
  }
  pieces.push_back({first.value_or(0), !first.has_value(), &bytes});
}

void StoredPieces::copy_into(const std::vector<StatePiece>& pieces) const {
  const at::NoGradGuard guard;
  for (const StatePiece& piece : pieces) {
    const auto found = stored_.find(piece.name);
    if (found == stored_.end()) {
      throw std::runtime_error("the checkpoint holds no '" + piece.name + "'");
    }
    if (piece.is_whole && found->second.front().is_whole &&
        at::IntArrayRef(found->second.front().bytes->shape) != piece.values.sizes()) {
      throw std::runtime_error("the checkpoint's '" + piece.name + "' has another shape");
    }
    copy_flat(piece.name, piece.first, piece.values.detach().view({-1}));
  }
}

// Elements [first, first + flat.numel()) from as many stored pieces as it takes.
void StoredPieces::copy_flat(const std::string& name, int64_t first, const at::Tensor& flat) const {
  int64_t done = 0;
  for (const Stored& stored : stored_.at(name)) {
    const at::Tensor values = model::view_of(*stored.bytes).view({-1});
    const int64_t skip = first + done - stored.first;
    if (skip < 0 || skip >= values.numel() || done == flat.numel()) { continue; }
    if (values.scalar_type() != flat.scalar_type()) {
      throw std::runtime_error("the checkpoint's '" + name + "' is of another type");
    }
    const int64_t count = std::min(values.numel() - skip, flat.numel() - done);
    flat.narrow(0, done, count).copy_(values.narrow(0, skip, count));
    done += count;
  }
  if (done != flat.numel()) {
    throw std::runtime_error("the checkpoint lacks a piece of '" + name + "'");
  }
}

std::vector<std::string> StoredPieces::names() const {
  std::vector<std::string> names;
  for (const auto& [name, pieces] : stored_) { names.push_back(name); }
  return names;
}

}  // namespace enigma::worker
