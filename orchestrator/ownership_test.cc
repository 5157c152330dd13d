#include "orchestrator/ownership.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <sys/stat.h>

using namespace enigma;
namespace fs = std::filesystem;

namespace {
struct Folder {
  fs::path path = [] {
    std::string name = (fs::temp_directory_path() / "enigma-store-XXXXXX").string();
    return fs::path(::mkdtemp(name.data()));
  }();
  ~Folder() { fs::remove_all(path); }
};
}  // namespace

TEST_CASE("ownership: a second controller is told who the first is") {
  const Folder folder;
  {
    const Ownership first(folder.path);
    write_address(folder.path, {launch::this_process(), "http://127.0.0.1:7", "s"});
    try {
      const Ownership second(folder.path);
      FAIL("owned twice");
    } catch (const StoreOwned& refused) {
      CHECK(std::string(refused.what()).find("http://127.0.0.1:7") != std::string::npos);
    }
  }
  CHECK_NOTHROW(Ownership(folder.path));
}

TEST_CASE("address: read back while its process lives, kept from others, gone when it is dead") {
  const Folder folder;
  CHECK_FALSE(read_address(folder.path));
  Address address{launch::this_process(), "http://127.0.0.1:7", "s"};
  write_address(folder.path, address);
  REQUIRE(read_address(folder.path));
  CHECK(read_address(folder.path)->secret == "s");
  struct stat info {};
  REQUIRE(::stat((folder.path / "controller.json").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  address.process.start_ns += 10'000'000;
  write_address(folder.path, address);
  CHECK_FALSE(read_address(folder.path));
  CHECK(last_port(folder.path) == 7);
}
