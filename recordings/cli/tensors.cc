#include "recordings/cli/tensors.h"

#include "files/safetensors.h"

#include <cstring>
#include <unistd.h>
#include <utility>

namespace enigma::recordings::cli {
namespace {

std::string word_of(NumberType type) {
  if (type == NumberType::boolean) { return "BOOL"; }
  const std::string name(name_of(type));
  const char kind = name.front() == 'f' ? 'F' : name.front() == 'u' ? 'U' : 'I';
  return kind + std::to_string(8 * bytes_of(type));
}

}  // namespace

Tensor tensor_of(const std::vector<int64_t>& indices) {
  Tensor tensor{NumberType::i64, {static_cast<int64_t>(indices.size())}, {}};
  tensor.bytes.resize(indices.size() * sizeof(int64_t));
  if (!indices.empty()) { std::memcpy(tensor.bytes.data(), indices.data(), tensor.bytes.size()); }
  return tensor;
}

Tensor tensor_of(query::Answer answer) {
  return {answer.type, std::move(answer.shape), std::move(answer.bytes)};
}

void write_tensors(const std::filesystem::path& file, const Tensors& tensors) {
  std::map<std::string, TensorBytes> views;
  for (const auto& [name, tensor] : tensors) {
    views[name] = {word_of(tensor.type), tensor.shape, tensor.bytes};
  }
  std::filesystem::path aside = file;
  aside += ".part" + std::to_string(::getpid());
  try {
    write_safetensors(aside, views);
    std::filesystem::rename(aside, file);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(aside, ignored);
    throw;
  }
}

nlohmann::ordered_json description_of(const Tensor& tensor) {
  return {{"dtype", std::string(name_of(tensor.type))}, {"shape", tensor.shape}};
}

}  // namespace enigma::recordings::cli
