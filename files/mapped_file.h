// Read-only bytes of a file: mapped, so that opening a large recording costs nothing. Small files
// are read whole instead, because a session may hold more pictures than a process may hold maps.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

namespace enigma {

class MappedFile {
 public:
  MappedFile() = default;
  /// Throws std::system_error (with the path) where the file cannot be opened.
  explicit MappedFile(const std::filesystem::path& path);
  /// Bytes that were made from a file's, where they lie otherwise than they are read.
  explicit MappedFile(std::vector<std::byte> bytes) : small_(std::move(bytes)) {}
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const;
  /// Tells the system that these bytes of the mapping are read soon; returns at once.
  void expect(const std::byte* from, size_t count) const;

  /// True where the process holds so many maps that one more should end with the reading of it:
  /// half of what Linux grants (vm.max_map_count), the other half being for everything else.
  static bool scarce();

 private:
  void* mapped_ = nullptr;
  size_t length_ = 0;
  std::vector<std::byte> small_;
};

}  // namespace enigma
