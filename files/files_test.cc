#include "files/atomic_file.h"
#include "files/sha256.h"
#include "files/temporary_folder.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <system_error>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace enigma;

TEST_CASE("sha256: agrees with the examples of FIPS 180-4") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("atomic_file: what was written is read back, digested, and replaced whole") {
  const fs::path folder = fs::temp_directory_path() / ("enigma-files-" + std::to_string(getpid()));
  fs::create_directories(folder);
  write_atomically(folder / "a", "one");
  write_atomically(folder / "a", "abc");
  CHECK(read_file(folder / "a") == "abc");
  CHECK(sha256_of_file(folder / "a") == sha256("abc"));
  CHECK(std::distance(fs::directory_iterator(folder), {}) == 1);
  CHECK_THROWS_AS(read_file(folder / "a", 2), std::length_error);
  CHECK_THROWS_AS(write_atomically(folder / "missing" / "a", "x"), std::system_error);
  fs::remove_all(folder);
}

TEST_CASE("temporary folder: there while it lives, with what was put into it, and gone after") {
  fs::path path;
  {
    const TemporaryFolder folder, other;
    path = folder.path();
    CHECK(path != other.path());
    CHECK(fs::is_empty(path));
    std::ofstream(path / "file") << "text";
  }
  CHECK_FALSE(fs::exists(path));
}
