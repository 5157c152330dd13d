// Token shards: NAME.safetensors with one tensor `tokens`, mapped, and what it says of itself.
#pragma once

#include "diagnostics/diagnostic.h"
#include "files/safetensors.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace enigma::tokens {

struct ShardInfo {
  std::string name;  ///< of the file, without its ending
  std::filesystem::path path;
  int64_t tokens = 0;
  int64_t vocabulary = 0;              ///< every token is below it
  std::optional<double> entropy_nats;  ///< of a token given those before it, where that is known
};

class Shard {
 public:
  /// Maps the file and reads its header. No value where it is none, with what is wrong.
  static Parsed<Shard> open(const std::filesystem::path& path);

  const ShardInfo& info() const { return info_; }
  /// Tokens [from, from + out.size()). REQUIRES: they are there.
  void read(int64_t from, std::span<int64_t> out) const;

 private:
  ShardInfo info_;
  std::unique_ptr<Safetensors> file_;
  size_t token_bytes_ = 1;
  std::span<const std::byte> bytes_;
};

/// The shards of a folder, sorted by name; other files are passed over. Throws InputError where
/// `data` is no folder or holds none.
std::vector<std::filesystem::path> shard_files(const std::filesystem::path& data);

/// Writes `data`/NAME.safetensors, whole or not at all: a byte a token up to a vocabulary of 256,
/// else four. `source`: what the tokens are, for people. Throws std::system_error.
void write_shard(const std::filesystem::path& data, const std::string& name,
                 std::span<const uint32_t> tokens, int64_t vocabulary, const std::string& source,
                 std::optional<double> entropy_nats);

}  // namespace enigma::tokens
