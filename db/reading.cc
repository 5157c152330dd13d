#include "db/reading.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <unistd.h>

namespace enigma::db {
namespace {

namespace fs = std::filesystem;

std::string uri(const fs::path& file, const char* options) {
  std::string name = "file:";
  for (const char c : fs::absolute(file).string()) {
    const bool plain = c != '%' && c != '?' && c != '#';
    name += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return name + options;
}

fs::path beside(const fs::path& file, const char* ending) {
  return file.string() + ending;
}

bool has_log(const fs::path& file) {
  std::error_code absent;
  const auto bytes = fs::file_size(beside(file, "-wal"), absent);
  return !absent && bytes > 0;
}

bool is_shared(const fs::path& file) {
  if (::access(fs::absolute(file).parent_path().c_str(), W_OK) == 0) { return true; }
  return fs::exists(beside(file, "-wal")) && fs::exists(beside(file, "-shm"));
}

void fill(Copy& copy, const fs::path& file) {
  std::string name = (fs::temp_directory_path() / "enigma-reading-").string() + std::string(6, 'X');
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), name);
  }
  copy.folder = name;
  fs::copy_file(file, copy.folder / file.filename());
  fs::copy_file(beside(file, "-wal"), beside(copy.folder / file.filename(), "-wal"));
}

}  // namespace

Copy::~Copy() {
  std::error_code left;  // in a folder for temporary files
  if (!folder.empty()) { fs::remove_all(folder, left); }
}

std::string readable_name(const fs::path& file, Copy& copy) {
  if (is_shared(file)) { return uri(file, ""); }
  if (!has_log(file)) { return uri(file, "?immutable=1"); }
  fill(copy, file);
  return uri(copy.folder / file.filename(), "");
}

}  // namespace enigma::db
