// SHA-256 as lower-case hexadecimal: of bytes, and of files read in bounded pieces.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace enigma {

/// 64 hexadecimal digits (FIPS 180-4).
std::string sha256(std::string_view bytes);

/// The same over a file's content; throws std::system_error where it cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace enigma
