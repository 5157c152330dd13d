#include "files/safetensors.h"

#include "diagnostics/check.h"
#include "files/sha256.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <future>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace enigma {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr size_t kLengthBytes = 8;
constexpr size_t kHeaderBytesMax = 100'000'000;  // the limit of the format's own readers
constexpr size_t kDimensionsMax = 16;

constexpr std::array<std::pair<const char*, size_t>, 13> kTypes{{{"F64", 8},
                                                                 {"F32", 4},
                                                                 {"F16", 2},
                                                                 {"BF16", 2},
                                                                 {"I64", 8},
                                                                 {"I32", 4},
                                                                 {"I16", 2},
                                                                 {"I8", 1},
                                                                 {"U64", 8},
                                                                 {"U32", 4},
                                                                 {"U16", 2},
                                                                 {"U8", 1},
                                                                 {"BOOL", 1}}};

[[noreturn]] void fail_system(const fs::path& path) {
  throw std::system_error(errno, std::generic_category(), path.string());
}

[[noreturn]] void fail_format(const std::string& why) {
  throw std::runtime_error(why);
}

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (fd_ < 0) { fail_system(path); }
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

void write_all(int fd, const void* data, size_t count, const fs::path& path) {
  const char* bytes = static_cast<const char*>(data);
  while (count > 0) {
    const ssize_t written = ::write(fd, bytes, count);
    if (written < 0 && errno == EINTR) { continue; }
    if (written < 0) { fail_system(path); }
    bytes += written;
    count -= static_cast<size_t>(written);
  }
}

/// Bytes that a shape needs; throws where the product leaves the range of sizes.
size_t bytes_needed(const std::string& name, size_t element, const std::vector<int64_t>& shape) {
  size_t bytes = element;
  for (const int64_t side : shape) {
    if (side < 0 || __builtin_mul_overflow(bytes, static_cast<size_t>(side), &bytes)) {
      fail_format("tensor '" + name + "': shape is out of range");
    }
  }
  return bytes;
}

std::string header_of(const std::map<std::string, TensorBytes>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) { header["__metadata__"] = metadata; }
  size_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    ENIGMA_CHECK(element_bytes(tensor.dtype) > 0, "unknown element type");
    ENIGMA_CHECK(
        bytes_needed(name, element_bytes(tensor.dtype), tensor.shape) == tensor.bytes.size(),
        "bytes do not fit the shape");
    const size_t end = offset + tensor.bytes.size();
    header[name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

std::string digest_of(const std::vector<std::span<const std::byte>>& parts) {
  Sha256 hash;
  for (const auto& part : parts) { hash.update(part.data(), part.size()); }
  return hash.hex();
}

uint64_t unsigned_of(const std::string& name, const Json& value) {
  if (!value.is_number_unsigned()) {
    fail_format("tensor '" + name + "': not a size in the header");
  }
  return value.get<uint64_t>();
}

std::vector<int64_t> shape_of(const std::string& name, const Json& json) {
  if (!json.is_array() || json.size() > kDimensionsMax) {
    fail_format("tensor '" + name + "': no shape");
  }
  std::vector<int64_t> shape;
  for (const Json& side : json) {
    const uint64_t length = unsigned_of(name, side);
    if (length > uint64_t{INT64_MAX}) {
      fail_format("tensor '" + name + "': shape is out of range");
    }
    shape.push_back(static_cast<int64_t>(length));
  }
  return shape;
}

TensorBytes tensor_of(const std::string& name, const Json& json, std::span<const std::byte> data) {
  if (!json.is_object() || !json.contains("dtype") || !json["dtype"].is_string() ||
      !json.contains("shape") || !json.contains("data_offsets") ||
      !json["data_offsets"].is_array() || json["data_offsets"].size() != 2) {
    fail_format("tensor '" + name + "': header lacks dtype, shape or data_offsets");
  }
  TensorBytes tensor{.dtype = json["dtype"].get<std::string>(),
                     .shape = shape_of(name, json["shape"])};
  const size_t element = element_bytes(tensor.dtype);
  if (element == 0) { fail_format("tensor '" + name + "': unknown type '" + tensor.dtype + "'"); }
  const uint64_t from = unsigned_of(name, json["data_offsets"][0]);
  const uint64_t to = unsigned_of(name, json["data_offsets"][1]);
  if (from > to || to > data.size()) { fail_format("tensor '" + name + "': outside the file"); }
  if (to - from != bytes_needed(name, element, tensor.shape)) {
    fail_format("tensor '" + name + "': bytes do not fit the shape");
  }
  tensor.bytes = data.subspan(from, to - from);
  return tensor;
}

void check_cover(const std::map<std::string, TensorBytes>& tensors,
                 std::span<const std::byte> data) {
  std::vector<std::pair<const std::byte*, size_t>> pieces;
  for (const auto& [name, tensor] : tensors) {
    pieces.emplace_back(tensor.bytes.data(), tensor.bytes.size());
  }
  std::sort(pieces.begin(), pieces.end());
  const std::byte* next = data.data();
  for (const auto& [begin, count] : pieces) {
    if (begin != next) { fail_format("tensors overlap or leave a gap"); }
    next = begin + count;
  }
  if (next != data.data() + data.size()) { fail_format("data beyond the last tensor"); }
}

Json header_in(std::span<const std::byte> file) {
  if (file.size() < kLengthBytes) { fail_format("shorter than a header"); }
  uint64_t length = 0;
  std::memcpy(&length, file.data(), kLengthBytes);
  if (length > kHeaderBytesMax || length > file.size() - kLengthBytes) {
    fail_format("header is longer than the file");
  }
  const char* text = reinterpret_cast<const char*>(file.data()) + kLengthBytes;
  Json header = Json::parse(text, text + length, nullptr, false);
  if (!header.is_object()) { fail_format("header is not a JSON object"); }
  return header;
}

std::map<std::string, std::string> metadata_of(const Json& json) {
  std::map<std::string, std::string> metadata;
  if (!json.is_object()) { fail_format("__metadata__ is not an object"); }
  for (const auto& item : json.items()) {
    if (!item.value().is_string()) { fail_format("__metadata__ holds something other than text"); }
    metadata[item.key()] = item.value().get<std::string>();
  }
  return metadata;
}

}  // namespace

size_t element_bytes(const std::string& dtype) {
  for (const auto& [name, bytes] : kTypes) {
    if (dtype == name) { return bytes; }
  }
  return 0;
}

WrittenFile write_safetensors(const fs::path& path,
                              const std::map<std::string, TensorBytes>& tensors,
                              const std::map<std::string, std::string>& metadata) {
  const std::string header = header_of(tensors, metadata);
  const uint64_t length = header.size();
  std::vector<std::span<const std::byte>> parts = {std::as_bytes(std::span(&length, 1)),
                                                   std::as_bytes(std::span(header))};
  for (const auto& [name, tensor] : tensors) { parts.push_back(tensor.bytes); }
  const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
  auto digest = std::async(std::launch::async, [&] { return digest_of(parts); });
  WrittenFile written;
  for (const auto& part : parts) {
    write_all(file.get(), part.data(), part.size(), path);
    written.bytes += part.size();
  }
  if (::fsync(file.get()) != 0) { fail_system(path); }
  written.sha256 = digest.get();
  return written;
}

Safetensors::Safetensors(const fs::path& path) : path_(path), file_(path) {
  const std::span<const std::byte> bytes = file_.bytes();
  if (bytes.empty()) { fail_format(path.string() + ": empty file"); }
  try {
    const Json header = header_in(bytes);
    uint64_t length = 0;
    std::memcpy(&length, bytes.data(), kLengthBytes);
    const auto data = bytes.subspan(kLengthBytes + length);
    for (const auto& item : header.items()) {
      if (item.key() == "__metadata__") {
        metadata_ = metadata_of(item.value());
      } else {
        tensors_[item.key()] = tensor_of(item.key(), item.value(), data);
      }
    }
    check_cover(tensors_, data);
  } catch (const std::exception& error) {
    throw std::runtime_error(path.string() + ": " + error.what());
  }
}

const TensorBytes& Safetensors::at(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    throw std::runtime_error(path_.string() + ": no tensor '" + name + "'");
  }
  return found->second;
}

}  // namespace enigma
