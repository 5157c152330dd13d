// Files that are either whole or absent: written aside, synced, renamed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace enigma {

/// Writes `content` to `path` so that a crash at any moment leaves the old file or the new one.
/// Throws std::system_error (with the path) where the disk refuses; nothing is left behind then.
void write_atomically(const std::filesystem::path& path, std::string_view content);

/// The whole file; throws std::system_error, or std::length_error when it is longer than `limit`.
std::string read_file(const std::filesystem::path& path, size_t limit_bytes = size_t{1} << 30);

/// Makes the entries of a folder durable (fsync of the folder itself).
void sync_folder(const std::filesystem::path& folder);

}  // namespace enigma
