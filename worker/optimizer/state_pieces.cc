#include "worker/optimizer/state_pieces.h"

#include "model/tensor_file.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>
#include <nlohmann/json.hpp>

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

/// What a file says of the shape of a tensor of which it holds a piece; empty: nothing.
std::vector<int64_t> shape_in(const Safetensors& file, const std::string& name) {
  const auto said = file.metadata().find(name);
  if (said == file.metadata().end()) { return {}; }
  const auto json = nlohmann::json::parse(said->second, nullptr, false);
  std::vector<int64_t> shape;
  for (const auto& side : json.is_array() ? json : nlohmann::json::array()) {
    if (!side.is_number_unsigned()) { return {}; }
    shape.push_back(side.get<int64_t>());
  }
  return shape;
}

}  // namespace

WrittenFile write_pieces(const fs::path& file, const std::vector<StatePiece>& pieces) {
  model::Tensors tensors;
  std::map<std::string, std::string> shapes;
  for (const StatePiece& piece : pieces) {
    tensors[name_of(piece)] = piece.values;
    if (!piece.is_whole) { shapes[piece.name] = nlohmann::json(piece.shape).dump(); }
  }
  return model::write_tensors(file, tensors, shapes);
}

StoredPieces::StoredPieces(const std::vector<fs::path>& files) {
  for (const fs::path& path : files) {
    files_.push_back(std::make_unique<Safetensors>(path));
    const Safetensors& file = *files_.back();
    for (const auto& [name, bytes] : file.tensors()) { add(path, file, name, bytes); }
  }
  for (auto& [name, pieces] : stored_) {
    std::sort(pieces.begin(), pieces.end(),
              [](const Stored& a, const Stored& b) { return a.first < b.first; });
  }
}

void StoredPieces::add(const fs::path& path, const Safetensors& file, const std::string& name,
                       const TensorBytes& bytes) {
  const auto first = first_of(name);
  const std::string whole = first ? name.substr(0, name.rfind(kPiece)) : name;
  auto& pieces = stored_[whole];
  for (const Stored& other : pieces) {
    if (!first || other.is_whole || other.first == *first) {
      throw std::runtime_error(path.string() + ": '" + name + "' is stored twice");
    }
  }
  pieces.push_back(
      {first.value_or(0), !first.has_value(), &bytes, first ? shape_in(file, whole) : bytes.shape});
}

void StoredPieces::copy_into(const std::vector<StatePiece>& pieces) const {
  const at::NoGradGuard guard;
  for (const StatePiece& piece : pieces) {
    const auto found = stored_.find(piece.name);
    if (found == stored_.end()) {
      throw std::runtime_error("the checkpoint holds no '" + piece.name + "'");
    }
    const auto& shape = found->second.front().shape;
    if (piece.is_whole && !shape.empty() && at::IntArrayRef(shape) != piece.values.sizes()) {
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

at::Tensor StoredPieces::whole(const std::string& name) const {
  const Stored& first = stored_.at(name).front();
  if (!first.is_whole && first.shape.empty()) {
    throw std::runtime_error("the checkpoint does not say which shape '" + name + "' has");
  }
  const at::Tensor all = at::empty(first.shape, model::view_of(*first.bytes).options());
  copy_flat(name, 0, all.view({-1}));
  return all;
}

std::vector<std::string> StoredPieces::names() const {
  std::vector<std::string> names;
  for (const auto& [name, pieces] : stored_) { names.push_back(name); }
  return names;
}

}  // namespace enigma::worker
