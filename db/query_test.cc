#include "db/query.h"

#include "db/store.h"
#include "files/temporary_folder.h"

#include <doctest/doctest.h>

using namespace enigma;
using namespace enigma::db;

namespace {

struct AStore {
  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "runs.db";

  AStore() {
    NewPoint point;
    point.id = "a";
    point.point = point.point_file = point.placement = point.values = point.plan = "{}";
    point.target_step = 4;
    Store::open(file).submit_sweep("s", "{}", {point}, 0);
  }
};

void check_refused(const AStore& store, const std::string& sql) {
  CAPTURE(sql);
  CHECK_THROWS_AS(query(store.file, sql), QueryError);
}

}  // namespace

TEST_CASE("query: columns and rows of a SELECT, each value in its type") {
  const AStore store;
  const QueryResult result =
      query(store.file, "SELECT id, target_step, 1.5 AS half, NULL AS none FROM runs;  \n");
  CHECK(result.columns == std::vector<std::string>{"id", "target_step", "half", "none"});
  REQUIRE(result.rows.size() == 1);
  CHECK(result.rows[0][0] == "a");
  CHECK(result.rows[0][1] == 4);
  CHECK(result.rows[0][2] == 1.5);
  CHECK(result.rows[0][3].is_null());
  CHECK(query(store.file,
              "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n "
              "WHERE i < 5) SELECT i FROM n")
            .rows.size() == 5);
  CHECK(query(store.file, "SELECT id FROM runs WHERE id = 'b'").rows.empty());
}

TEST_CASE("query: nothing but reading, and one statement at a time") {
  const AStore store;
  check_refused(store, "DELETE FROM runs");
  check_refused(store, "UPDATE runs SET state = 'done'");
  check_refused(store, "CREATE TABLE mine (x)");
  check_refused(store, "PRAGMA user_version = 1");
  check_refused(store, "ATTACH '" + (store.folder.path() / "other.db").string() + "' AS other");
  check_refused(store, "VACUUM INTO '" + (store.folder.path() / "copy.db").string() + "'");
  check_refused(store, "SELECT 1; SELECT 2");
  check_refused(store, "SELECT nothing FROM nowhere");
  check_refused(store, "");
  check_refused(store, "-- a remark");
  CHECK_FALSE(std::filesystem::exists(store.folder.path() / "copy.db"));
  CHECK_FALSE(std::filesystem::exists(store.folder.path() / "other.db"));
  CHECK(Store::open_read_only(store.file).run("a")->run.target_step == 4);
}
