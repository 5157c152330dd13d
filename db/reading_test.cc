// Method: a store that was written here is read by a process of a user who may not write, or
// through permissions that forbid it.
#include "db/room.h"
#include "db/store.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

using namespace enigma::db;
namespace fs = std::filesystem;

namespace {

constexpr uid_t kNobody = 65534;

struct Folder {
  fs::path path = [] {
    std::string name = (fs::temp_directory_path() / "enigma-reading-test-XXXXXX").string();
    return fs::path(::mkdtemp(name.data()));
  }();
  ~Folder() {
    fs::permissions(path, fs::perms::owner_all);
    fs::remove_all(path);
  }
  fs::path file() const { return path / "runs.db"; }
  void forbid_writing() const { fs::permissions(path, fs::perms(0555)); }
};

NewPoint a_point(const std::string& id) {
  NewPoint point;
  point.id = id;
  point.point = point.point_file = point.placement = point.values = point.plan = "{}";
  point.target_step = 1;
  return point;
}

/// How many runs a user sees who may not write; −1 and a word on standard error when none are.
int seen_by_reader(const fs::path& file) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(kNobody) != 0) { ::_exit(200); }
    try {
      ::_exit(static_cast<int>(Store::open_read_only(file).runs().size()));
    } catch (const std::exception& refused) {
      std::fprintf(stderr, "%s\n", refused.what());
      ::_exit(201);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) < 200 ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("reading: a closed store in a folder that may not be written") {
  const Folder folder;
  Store::open(folder.file()).submit_sweep("s", "{}", {a_point("a")}, 1);
  REQUIRE_FALSE(fs::exists(folder.file().string() + "-wal"));
  folder.forbid_writing();
  CHECK(seen_by_reader(folder.file()) == 1);
}

TEST_CASE("reading: a store that is being written, as another user sees it") {
  const Folder folder;
  Store writer = Store::open(folder.file());
  writer.submit_sweep("s", "{}", {a_point("a")}, 1);
  folder.forbid_writing();
  CHECK(seen_by_reader(folder.file()) == 1);
  writer.submit_sweep("s", "{}", {a_point("a"), a_point("b")}, 2);
  CHECK(seen_by_reader(folder.file()) == 2);
}

TEST_CASE("reading: a store that was copied with its log while it was written") {
  const Folder original, folder;
  Store writer = Store::open(original.file());
  writer.submit_sweep("s", "{}", {a_point("a"), a_point("b")}, 1);
  for (const char* ending : {"", "-wal"}) {
    fs::copy_file(original.file().string() + ending, folder.file().string() + ending);
  }
  folder.forbid_writing();
  CHECK(seen_by_reader(folder.file()) == 2);
  CHECK_FALSE(fs::exists(folder.file().string() + "-shm"));
}

TEST_CASE("store: the remedy is for the cause") {
  const Folder folder;
  std::ofstream(folder.file()) << std::string(5000, 'x');
  try {
    Store::open(folder.file());
    FAIL("opened");
  } catch (const StoreError& refused) {
    CHECK(std::string(refused.what()).find("damaged") != std::string::npos);
  }
  try {
    Store::open(folder.path / "absent" / "runs.db");
    FAIL("opened");
  } catch (const StoreError& refused) {
    CHECK(std::string(refused.what()).find("permission") != std::string::npos);
    CHECK(std::string(refused.what()).find("move it away") == std::string::npos);
  }
}

TEST_CASE("store: a disk that takes no more is a reason to wait, and everything goes on after") {
  const Folder folder;
  Store store = Store::open(folder.file());
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit nothing{1, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &nothing);
  bool waits = false;
  try {
    store.submit_sweep("s", "{}", {a_point("a")}, 1);
  } catch (const std::exception& refused) { waits = is_lack_of_room(refused); }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignored);
  CHECK(waits);
  CHECK(store.submit_sweep("s", "{}", {a_point("a")}, 1).size() == 1);
  CHECK_FALSE(is_lack_of_room(std::runtime_error("another")));
  CHECK(is_lack_of_room(std::system_error(ENOSPC, std::generic_category())));
}
