#include "tokens/shard.h"

#include "diagnostics/check.h"
#include "files/atomic_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <unistd.h>

namespace enigma::tokens {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSchema = "enigma.tokens/1";
constexpr const char* kEnding = ".safetensors";

template <typename T>
void widen(std::span<const std::byte> bytes, std::span<int64_t> out) {
  for (size_t i = 0; i < out.size(); ++i) {
    T token;
    std::memcpy(&token, bytes.data() + i * sizeof(T), sizeof(T));
    out[i] = token;
  }
}

template <typename T>
std::vector<std::byte> narrowed(std::span<const uint32_t> tokens) {
  std::vector<std::byte> bytes(tokens.size() * sizeof(T));
  for (size_t i = 0; i < tokens.size(); ++i) {
    const auto token = static_cast<T>(tokens[i]);
    std::memcpy(bytes.data() + i * sizeof(T), &token, sizeof(T));
  }
  return bytes;
}

template <typename T>
std::optional<T> number_in(const std::map<std::string, std::string>& metadata, const char* key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) { return std::nullopt; }
  T number{};
  const char* end = found->second.data() + found->second.size();
  const auto read = std::from_chars(found->second.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

Diagnostic problem(const fs::path& path, const std::string& message, const std::string& expected) {
  return {.file = path.string(), .message = message, .expected = expected};
}

}  // namespace

Parsed<Shard> Shard::open(const fs::path& path) {
  Parsed<Shard> parsed;
  Shard shard;
  shard.info_ = {.name = path.stem().string(), .path = path};
  try {
    shard.file_ = std::make_unique<Safetensors>(path);
  } catch (const std::exception& error) {
    parsed.diagnostics.push_back(problem(path, error.what(), "a shard of tokens"));
    return parsed;
  }
  const auto& tensors = shard.file_->tensors();
  const auto found = tensors.find("tokens");
  const auto vocabulary = number_in<int64_t>(shard.file_->metadata(), "vocabulary");
  if (found == tensors.end() || found->second.shape.size() != 1 || !vocabulary || *vocabulary < 1 ||
      (found->second.dtype != "U8" && found->second.dtype != "I32")) {
    parsed.diagnostics.push_back(
        problem(path, "the file is no shard of tokens",
                "a tensor 'tokens' of one axis (U8 or I32), and 'vocabulary' in its metadata"));
    return parsed;
  }
  shard.info_.tokens = found->second.shape[0];
  shard.info_.vocabulary = *vocabulary;
  shard.info_.entropy_nats = number_in<double>(shard.file_->metadata(), "entropy_nats");
  shard.token_bytes_ = element_bytes(found->second.dtype);
  shard.bytes_ = found->second.bytes;
  parsed.value = std::move(shard);
  return parsed;
}

void Shard::read(int64_t from, std::span<int64_t> out) const {
  const size_t first = static_cast<size_t>(from) * token_bytes_;
  ENIGMA_CHECK(from >= 0 && first + out.size() * token_bytes_ <= bytes_.size(),
               "the tokens lie in the shard");
  const auto bytes = bytes_.subspan(first, out.size() * token_bytes_);
  token_bytes_ == 1 ? widen<uint8_t>(bytes, out) : widen<int32_t>(bytes, out);
}

std::vector<fs::path> shard_files(const fs::path& data) {
  std::vector<fs::path> files;
  if (fs::is_directory(data)) {
    for (const auto& entry : fs::directory_iterator(data)) {
      if (entry.path().extension() == kEnding) { files.push_back(entry.path()); }
    }
  }
  if (files.empty()) {
    Diagnostic none = problem(data, "no shard of tokens here", "NAME.safetensors");
    none.suggestion = "enigma-data tokens --out DIR writes some";
    throw InputError({none});
  }
  std::sort(files.begin(), files.end());
  return files;
}

void write_shard(const fs::path& data, const std::string& name, std::span<const uint32_t> tokens,
                 int64_t vocabulary, const std::string& source,
                 std::optional<double> entropy_nats) {
  ENIGMA_CHECK(
      std::all_of(tokens.begin(), tokens.end(), [&](uint32_t token) { return token < vocabulary; }),
      "tokens lie in the vocabulary");
  const bool small = vocabulary <= 256;
  const auto bytes = small ? narrowed<uint8_t>(tokens) : narrowed<int32_t>(tokens);
  std::map<std::string, std::string> metadata = {
      {"schema", kSchema}, {"vocabulary", std::to_string(vocabulary)}, {"source", source}};
  if (entropy_nats) { metadata["entropy_nats"] = fmt::format("{}", *entropy_nats); }
  fs::create_directories(data);
  const fs::path aside = data / fmt::format(".{}.part-{}", name, ::getpid());
  write_safetensors(
      aside, {{"tokens", {small ? "U8" : "I32", {static_cast<int64_t>(tokens.size())}, bytes}}},
      metadata);
  fs::rename(aside, data / (name + kEnding));
  sync_folder(data);
}

}  // namespace enigma::tokens
