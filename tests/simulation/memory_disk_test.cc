#include "tests/simulation/memory_disk.h"

#include "db/store.h"

#include <doctest/doctest.h>

using namespace enigma;
using simulation::MemoryDisk;

namespace {

db::NewPoint a_point(const std::string& id) {
  db::NewPoint point;
  point.id = id;
  point.point = point.point_file = point.placement = point.values = point.plan = "{}";
  return point;
}

}  // namespace

TEST_CASE("memory disk: what a store has committed survives a power loss") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    MemoryDisk disk(seed);
    const db::StoreOptions options{disk.name(), true, 0};
    for (int64_t i = 1; i <= 4; ++i) {
      {
        db::Store store = db::Store::open("runs.db", options);
        CHECK(store.known_ids().size() == static_cast<size_t>(i - 1));
        store.submit_sweep("s", "{}", {a_point(std::to_string(i))}, 1);
      }
      disk.crash();
    }
  }
}

TEST_CASE("memory disk: a write that was not synced may be lost, a synced one never") {
  bool lost = false;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    MemoryDisk disk(seed);
    MemoryDisk::File& file = disk.files["f"];
    file.apply({0, "synced", false});
    file.sync();
    file.apply({6, "not", false});
    disk.crash();
    CHECK(file.content.substr(0, 6) == "synced");
    lost = lost || file.content.size() == 6;
  }
  CHECK(lost);
}

TEST_CASE(
    "memory disk: a full disk is an error that names the store, and nothing is half written") {
  MemoryDisk disk(1);
  const db::StoreOptions options{disk.name(), true, 0};
  db::Store store = db::Store::open("runs.db", options);
  store.submit_sweep("s", "{}", {a_point("a")}, 1);
  disk.full = true;
  db::NewPoint large = a_point("b");
  large.point = std::string(100000, 'x');
  CHECK_THROWS_AS(store.submit_sweep("s", "{}", {large}, 1), db::StoreError);
  disk.full = false;
  CHECK(store.known_ids() == std::set<std::string>{"a"});
  CHECK(store.submit_sweep("s", "{}", {large}, 1).size() == 1);
}
