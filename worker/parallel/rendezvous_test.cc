#include "worker/parallel/rendezvous.h"

#include "files/atomic_file.h"
#include "worker/parallel/collectives.h"

#include <doctest/doctest.h>

#include <thread>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace enigma;
using namespace enigma::parallel;
using namespace std::chrono_literals;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("enigma-rendezvous-" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("rendezvous: an address that comes later is waited for") {
  const Folder folder;
  CHECK_FALSE(published_address(folder.path));
  std::thread rank_0([&] { publish_address(folder.path, {"node7", 40123}); });
  const Address address = wait_for_address(folder.path, 10s);
  rank_0.join();
  CHECK(address.host == "node7");
  CHECK(address.port == 40123);
}

TEST_CASE("rendezvous: who does not come is named, and what is no address is none") {
  const Folder folder;
  for (const char* text : {"{", "{\"host\": 3, \"port\": 1}", "{\"host\": \"a\", \"port\": 70000}",
                           "{\"host\": \"a\", \"port\": -1}", "[]"}) {
    write_atomically(folder.path / "rendezvous.json", text);
    CHECK_FALSE(published_address(folder.path));
  }
  CHECK_THROWS_WITH_AS(wait_for_address(folder.path, 30ms),
                       doctest::Contains("rank 0 has published no address"), PeerLost);
}
