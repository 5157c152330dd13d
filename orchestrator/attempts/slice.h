// A stretch of a file that another process is writing, and may have made anything of.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace enigma::attempts {

/// The bytes from `offset` on, at most `bytes_max`. None where there is no regular file, or it
/// can't be read: that is no proof of anything, and is asked again.
std::string read_slice(const std::filesystem::path& file, int64_t offset, size_t bytes_max);

/// The last bytes of it, at most `bytes_max`; none where read_slice() has none.
std::string read_tail(const std::filesystem::path& file, size_t bytes_max);

}  // namespace enigma::attempts
