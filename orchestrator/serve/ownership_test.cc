#include "orchestrator/serve/ownership.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

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

TEST_CASE("address: of another machine, it counts for as long as the store's lock is held") {
  const Folder folder;
  Address address{launch::this_process(), "http://127.0.0.1:7", "s"};
  address.process.host = "elsewhere";
  write_address(folder.path, address);
  CHECK_FALSE(read_address(folder.path));
  const Ownership holder(folder.path);
  REQUIRE(read_address(folder.path));
  CHECK(read_address(folder.path)->process.host == "elsewhere");
  CHECK_FALSE(is_reachable(address));
  address.url = "http://10.1.2.3:7";
  CHECK(is_reachable(address));
  try {
    const Ownership second(folder.path);
    FAIL("owned twice");
  } catch (const StoreOwned& refused) {
    const std::string said = refused.what();
    CHECK(said.find("on elsewhere") != std::string::npos);
    CHECK(said.find("enigma-sweep serve --store " + folder.path.string()) != std::string::npos);
  }
}

TEST_CASE("ownership: whoever only looks whether the lock is free keeps nobody out") {
  const Folder folder;
  { const Ownership first(folder.path); }
  const int looking = ::open((folder.path / "lock").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::flock(looking, LOCK_SH | LOCK_NB) == 0);
  std::thread ends([&] { ::close(looking); });
  CHECK_NOTHROW(Ownership(folder.path));
  ends.join();
}
