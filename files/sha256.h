// SHA-256 as lower-case hexadecimal: of bytes, and of files read in bounded pieces.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace enigma {

/// Of bytes that come one after the other.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(const void* bytes, size_t count);
  /// 64 hexadecimal digits (FIPS 180-4) of all of them; nothing can be added after it.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// 64 hexadecimal digits.
std::string sha256(std::string_view bytes);

/// The same over a file's content; throws std::system_error where it cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace enigma
