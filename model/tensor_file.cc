#include "model/tensor_file.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <array>
#include <sstream>
#include <stdexcept>

namespace enigma::model {
namespace {

struct Type {
  const char* word;
  at::ScalarType type;
};
constexpr std::array<Type, 10> kTypes = {{{"F32", at::kFloat},
                                          {"F64", at::kDouble},
                                          {"F16", at::kHalf},
                                          {"BF16", at::kBFloat16},
                                          {"I64", at::kLong},
                                          {"I32", at::kInt},
                                          {"I16", at::kShort},
                                          {"I8", at::kChar},
                                          {"U8", at::kByte},
                                          {"BOOL", at::kBool}}};

at::ScalarType type_of(const std::string& word) {
  for (const Type& known : kTypes) {
    if (word == known.word) { return known.type; }
  }
  throw std::runtime_error("tensors of type '" + word + "' are not supported");
}

const char* word_of(at::ScalarType type) {
  for (const Type& known : kTypes) {
    if (type == known.type) { return known.word; }
  }
  throw std::runtime_error(std::string("tensors of type ") + c10::toString(type) +
                           " are not supported");
}

std::string text_of(at::IntArrayRef sizes) {
  std::ostringstream text;
  text << sizes;
  return text.str();
}

}  // namespace

at::Tensor view_of(const TensorBytes& stored) {
  return at::from_blob(const_cast<std::byte*>(stored.bytes.data()), stored.shape,
                       at::TensorOptions(type_of(stored.dtype)));
}

Tensors read_tensors(const std::filesystem::path& path) {
  const Safetensors stored(path);
  Tensors tensors;
  for (const auto& [name, tensor] : stored.tensors()) { tensors[name] = view_of(tensor).clone(); }
  return tensors;
}

WrittenFile write_tensors(const std::filesystem::path& path, const Tensors& tensors,
                          const std::map<std::string, std::string>& metadata) {
  Tensors host;  // what the spans look at
  std::map<std::string, TensorBytes> bytes;
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor& copy = host[name] = tensor.detach().cpu().contiguous();
    bytes[name] = {word_of(copy.scalar_type()),
                   copy.sizes().vec(),
                   {static_cast<const std::byte*>(copy.const_data_ptr()), copy.nbytes()}};
  }
  return write_safetensors(path, bytes, metadata);
}

void load_parameters(const std::vector<NamedTensor>& parameters, const Tensors& values) {
  std::string wrong;
  for (const NamedTensor& parameter : parameters) {
    const auto found = values.find(parameter.name);
    if (found == values.end()) {
      wrong += "\n  '" + parameter.name + "' is missing";
    } else if (found->second.sizes() != parameter.tensor.sizes()) {
      wrong += "\n  '" + parameter.name + "' has the shape " + text_of(found->second.sizes()) +
               ", expected " + text_of(parameter.tensor.sizes());
    }
  }
  if (!wrong.empty()) { throw std::runtime_error("the weights are another model's:" + wrong); }
  const at::NoGradGuard guard;
  for (const NamedTensor& parameter : parameters) {
    parameter.tensor.detach().copy_(values.at(parameter.name));
  }
}

}  // namespace enigma::model
