#include "orchestrator/attempts/program.h"

#include "files/atomic_file.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <unistd.h>

using namespace enigma;
using attempts::keep_program;
namespace fs = std::filesystem;

namespace {

/// A folder that goes with the test.
struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "enigma-program-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

const std::string kElf =
    "\x7f"
    "ELF and more";

}  // namespace

TEST_CASE("program: a build that goes on changes nothing of what was submitted") {
  const Folder folder;
  const fs::path worker = folder.path / "enigma-worker";
  write_atomically(worker, kElf);
  const fs::path first = keep_program(folder.path / "store", worker);
  CHECK(first != worker);
  CHECK(::access(first.c_str(), X_OK) == 0);
  CHECK(keep_program(folder.path / "store", worker) == first);
  write_atomically(worker, kElf + " rebuilt");
  const fs::path second = keep_program(folder.path / "store", worker);
  CHECK(second != first);
  CHECK(read_file(first) == kElf);
}

TEST_CASE("program: scripts, and programs that look for libraries beside themselves, stay") {
  const Folder folder;
  const fs::path worker = folder.path / "worker";
  write_atomically(worker, "#!/bin/sh\n");
  CHECK(keep_program(folder.path / "store", worker) == worker);
  write_atomically(worker, kElf + " $ORIGIN/../lib");
  CHECK(keep_program(folder.path / "store", worker) == worker);
  CHECK(keep_program(folder.path / "store", folder.path / "absent") == folder.path / "absent");
}
