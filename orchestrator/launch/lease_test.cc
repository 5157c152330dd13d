#include "orchestrator/launch/lease.h"

#include "orchestrator/launch/durable.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

using namespace enigma::launch;

namespace {
struct Folder {
  std::string path = [] {
    std::string name = (std::filesystem::temp_directory_path() / "enigma-lease-XXXXXX").string();
    return std::string(::mkdtemp(name.data()));
  }();
  ~Folder() { std::filesystem::remove_all(path); }
};
}  // namespace

TEST_CASE("lease: what is written is read, and only its holder releases it") {
  const Folder folder;
  CHECK_FALSE(read_lease(folder.path));
  const Lease mine{this_process(), {}, "token-a", 1234.5};
  REQUIRE(write_lease(folder.path, mine));
  const auto read = read_lease(folder.path);
  REQUIRE(read);
  CHECK(read->holder == mine.holder);
  CHECK(read->token == "token-a");
  CHECK(read->renewed_at == doctest::Approx(1234.5));
  release_lease(folder.path, "token-b");
  CHECK(read_lease(folder.path));
  release_lease(folder.path, "token-a");
  CHECK_FALSE(read_lease(folder.path));
}

TEST_CASE(
    "lease: dead holders are replaced at once, unseen ones after silence, living ones never") {
  const Lease lease{{}, {}, "t", 100};
  CHECK(is_free(std::nullopt, Liveness::alive, 0, 300));
  CHECK(is_free(lease, Liveness::dead, 100, 300));
  CHECK_FALSE(is_free(lease, Liveness::alive, 1e9, 300));
  CHECK_FALSE(is_free(lease, Liveness::unseen, 400, 300));
  CHECK(is_free(lease, Liveness::unseen, 401, 300));
}

TEST_CASE("lock: a second holder waits for the first") {
  const Folder folder;
  const FileLock lock(folder.path + "/lock");
  CHECK(lock.held());
  CHECK_FALSE(FileLock(folder.path + "/absent/lock").held());
}

TEST_CASE("lease: an earlier run of the same job is over, whoever can see it") {
  const Lease lease{{}, {}, "t", 100, "7_3", 1};
  CHECK(is_earlier_run(lease, "7_3", 2));
  CHECK_FALSE(is_earlier_run(lease, "7_3", 1));
  CHECK_FALSE(is_earlier_run(lease, "7_4", 2));
  CHECK_FALSE(is_earlier_run({{}, {}, "t", 100}, "", 2));
}
