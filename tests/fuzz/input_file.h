// The bytes that the fuzzer made, as a file: our readers open files.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace enigma::fuzz {

/// A folder of this process in memory where the system has one, removed at exit.
class InputFolder {
 public:
  InputFolder() {
    const bool memory = std::filesystem::is_directory("/dev/shm");
    path_ = std::filesystem::path(memory ? "/dev/shm" : std::filesystem::temp_directory_path()) /
            ("enigma-fuzz-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
  }
  ~InputFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  InputFolder(const InputFolder&) = delete;
  InputFolder& operator=(const InputFolder&) = delete;

  /// Writes `size` bytes to `name` below the folder and gives the file's path.
  std::filesystem::path write(const std::string& name, const uint8_t* bytes, size_t size) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream.write(reinterpret_cast<const char*>(bytes), static_cast<std::streamsize>(size));
    if (!stream.flush()) { std::abort(); }
    return file;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The one folder of this process.
inline const InputFolder& input_folder() {
  static const InputFolder folder;
  return folder;
}

}  // namespace enigma::fuzz
