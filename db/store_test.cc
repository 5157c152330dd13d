// Method: real files in a temporary folder, the real SQL; a second Store opened on the same file
// shows what would be found after a crash.
#include "db/store.h"

#include "db/schema.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <fstream>

using namespace enigma;
using namespace enigma::db;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "enigma-store-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path file() const { return path / "runs.db"; }
};

NewPoint a_point(const std::string& id) {
  NewPoint point;
  point.id = id;
  point.point = "{}";
  point.point_file = "{\"id\":\"" + id + "\"}";
  point.placement = "{}";
  point.name = "point " + id;
  point.values = "{\"seed\":1}";
  point.plan = "{}";
  point.target_step = 100;
  return point;
}

Attempt an_attempt(const std::string& token) {
  Attempt attempt;
  attempt.token = token;
  attempt.executor = "simulated";
  attempt.submitted_at = 10;
  return attempt;
}

Run running(Store& store, const std::string& id, const std::string& token) {
  Run run = store.run(id)->run;
  run.state = State::running;
  run.attempts.push_back(an_attempt(token));
  store.save({run}, {});
  return run;
}

protocol::Report a_report(const std::string& run, int64_t seq, protocol::Body body) {
  return {run, {7, 0, 0, 99}, seq, 20.0 + static_cast<double>(seq), std::move(body)};
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("store: a new file gets the newest schema and survives being opened again") {
  const Folder folder;
  {
    Store store = Store::open(folder.file());
    CHECK(store.submit_sweep("s", "{}", {a_point("a")}, 1).size() == 1);
  }
  const Store store = Store::open(folder.file());
  CHECK(store.load().size() == 1);
  SQLite::Database database(folder.file().string(), SQLite::OPEN_READONLY);
  CHECK(database.execAndGet("PRAGMA user_version").getInt64() == schema_version());
  CHECK(database.execAndGet("PRAGMA journal_mode").getString() == "wal");
}

TEST_CASE("store: a database of a newer version is refused and not changed") {
  const Folder folder;
  { Store::open(folder.file()); }
  {
    SQLite::Database database(folder.file().string(), SQLite::OPEN_READWRITE);
    database.exec("PRAGMA user_version = 999");
  }
  const std::string before = bytes_of(folder.file());
  try {
    Store::open(folder.file());
    FAIL("opened");
  } catch (const NewerStoreError& error) {
    CHECK(error.found_version == 999);
    CHECK(error.known_version == schema_version());
    CHECK(std::string(error.what()).find(folder.file().string()) != std::string::npos);
  }
  CHECK_THROWS_AS(Store::open_read_only(folder.file()), NewerStoreError);
  CHECK(bytes_of(folder.file()) == before);
}

TEST_CASE("store: what cannot be a store is refused with its path") {
  const Folder folder;
  SUBCASE("the folder does not exist") {
    CHECK_THROWS_AS(Store::open(folder.path / "none" / "runs.db"), StoreError);
  }
  SUBCASE("the file is no database") {
    std::ofstream(folder.file()) << std::string(4096, 'x');
    CHECK_THROWS_AS(Store::open(folder.file()), StoreError);
  }
  SUBCASE("the file is a database of another program") {
    SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec("CREATE TABLE other (x)");
    CHECK_THROWS_AS(Store::open(folder.file()), StoreError);
  }
  SUBCASE("there is nothing to read") {
    CHECK_THROWS_AS(Store::open_read_only(folder.file()), StoreError);
    CHECK_FALSE(std::filesystem::exists(folder.file()));
  }
}

TEST_CASE("store: readers read while the writer writes, and cannot write") {
  const Folder folder;
  Store store = Store::open(folder.file());
  Store reader = Store::open_read_only(folder.file());
  store.submit_sweep("s", "{}", {a_point("a")}, 1);
  CHECK(reader.known_ids() == std::set<std::string>{"a"});
  CHECK_THROWS_AS(reader.submit_sweep("t", "{}", {a_point("b")}, 1), StoreError);
}

TEST_CASE("store: submitting twice adds nothing, extending adds what is new") {
  const Folder folder;
  Store store = Store::open(folder.file());
  CHECK(store.submit_sweep("s", "1", {a_point("a"), a_point("b")}, 1) ==
        std::vector<std::string>{"a", "b"});
  const auto events = store.events_of("a");
  CHECK(store.submit_sweep("s", "1", {a_point("a"), a_point("b")}, 2).empty());
  CHECK(store.sweep("s")->submitted_at == 1);
  CHECK(store.events_after(0, 100).size() == 2);
  CHECK(store.events_after(0, 1) == events);
  CHECK(store.events_after(events.back().id, 100).front().run == "b");
  CHECK(store.events_after(store.last_event_id(), 100).empty());
  CHECK(store.events_of("a") == events);
  CHECK(store.submit_sweep("s", "2", {a_point("c"), a_point("a"), a_point("b")}, 3) ==
        std::vector<std::string>{"c"});
  CHECK(store.submit_sweep("other", "3", {a_point("a")}, 4).empty());
  CHECK(store.run("a")->memberships.size() == 2);
  CHECK(store.memberships("s")[0].run == "c");
  CHECK(store.runs_of("s").size() == 3);
  CHECK(store.counts("s").at("waiting") == 3);
  CHECK(store.counts("s").at("done") == 0);
  CHECK(store.sweeps().size() == 2);
  CHECK(store.ids_with_prefix("a") == std::vector<std::string>{"a"});
  CHECK_FALSE(store.run("nowhere").has_value());
}

TEST_CASE("store: submitting the same again writes nothing") {
  const Folder folder;
  Store store = Store::open(folder.file());
  const auto log = folder.path / "runs.db-wal";
  store.submit_sweep("s", "1", {a_point("a"), a_point("b")}, 1);
  const auto bytes = std::filesystem::file_size(log);
  NewPoint known = a_point("b");
  known.point = known.point_file = "";  // what the store has is not sent again
  store.submit_sweep("s", "1", {a_point("a"), known}, 2);
  CHECK(std::filesystem::file_size(log) == bytes);
  CHECK(store.run("b")->point == "{}");
}

TEST_CASE("store: a point without a plan keeps the one it has, and follows in what is no plan") {
  const Folder folder;
  Store store = Store::open(folder.file());
  std::vector<NewPoint> points = {a_point("a"), a_point("b")};
  points[0].plan = R"({"flops":1})";
  store.submit_sweep("s", "{}", points, 1);
  CHECK(store.member_ids("s", "{}") == std::set<std::string>{"a", "b"});
  CHECK(store.member_ids("s", "{ }").empty());
  CHECK(store.member_ids("t", "{}").empty());
  for (NewPoint& point : points) { point.point = point.point_file = point.plan = ""; }
  const int64_t written = store.rows_written();
  CHECK(store.submit_sweep("s", "{}", points, 2).empty());
  CHECK(store.rows_written() == written);
  points[0].placement = R"({"worker":"other"})";
  points[1].name = "renamed";
  store.submit_sweep("s", "{}", points, 3);
  CHECK(store.rows_written() == written + 2);
  const auto members = store.memberships("s");
  CHECK(members[0].plan == R"({"flops":1})");
  CHECK(members[1].name == "renamed");
  CHECK(members[1].plan == "{}");
  CHECK(store.run("a")->placement == R"({"worker":"other"})");
}

TEST_CASE("store: a request for many runs is one transaction, and leaves their attempts alone") {
  const Folder folder;
  Store store = Store::open(folder.file());
  Store reader = Store::open_read_only(folder.file());
  store.submit_sweep("s", "{}", {a_point("a"), a_point("b")}, 1);
  std::vector<Run> asked = {running(store, "a", "t1"), store.run("b")->run};
  for (Run& run : asked) { run.wanted = Wanted::cancel; }
  asked[0].attempts.clear();
  const auto moment = reader.moment();
  CHECK(reader.counts().at("waiting") == 1);
  store.save_request(asked, {{0, 5, "a", "requested", "cancel"}});
  CHECK(store.load().at(0).wanted == Wanted::cancel);
  CHECK(store.load().at(0).attempts.size() == 1);
  CHECK(store.load().at(1).wanted == Wanted::cancel);
  // What was asked of one moment is answered as of that moment.
  CHECK(reader.load().at(0).wanted == Wanted::run);
}

TEST_CASE("store: one of the first version keeps its runs and what they are") {
  const Folder folder;
  {
    SQLite::Database old(folder.file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    old.exec(migrations()[0]);
    old.exec("PRAGMA user_version = 1");
    old.exec(R"sql(INSERT INTO runs VALUES
      ('a', 7, 2, '{"p":1}', '{"f":1}', '{"d":1}', 100, 3, 0.5, 4, 'hold', 'held', 'why', 9,
       '{"nan":1}', 0))sql");
    old.exec(
        "INSERT INTO attempts (run, place, token, executor, seq, submitted_at, step, flops,"
        " reported_at, said_at, revision, world, devices, tried_at, gone)"
        " VALUES ('a', 0, 't', 'local', 0, 1, 0, 0, 0, 0, '', 1, '[]', 1, 1)");
    old.exec("INSERT INTO sweeps VALUES ('s', '{}', 1, 1), ('t', '{}', 2, 2)");
    old.exec(
        "INSERT INTO members VALUES ('s', 'a', 0, '', '{}', '{\"flops\":8}'),"
        " ('t', 'a', 0, '', '{}', 'no JSON')");
  }
  CHECK_THROWS_AS(Store::open_read_only(folder.file()), StoreError);
  const Store store = Store::open(folder.file());
  const auto row = store.run("a");
  REQUIRE(row);
  CHECK(row->point == R"({"p":1})");
  CHECK(row->point_file == R"({"f":1})");
  CHECK(row->placement == R"({"d":1})");
  CHECK(row->id_version == 2);
  CHECK(row->run.target_step == 100);
  CHECK(row->run.slots == 3);
  CHECK(row->run.executor == "local");
  CHECK(row->run.priority == 4);
  CHECK(row->run.wanted == Wanted::hold);
  CHECK(row->run.failures.at("nan") == 1);
  CHECK(row->run.attempts.size() == 1);
  const auto planned = store.planned();
  REQUIRE(planned.size() == 2);
  CHECK(planned[0].flops == 8);
  CHECK_FALSE(planned[1].flops);
}

TEST_CASE("store: a run comes back as it was saved, by every way") {
  const Folder folder;
  Store store = Store::open(folder.file());
  store.submit_sweep("s", "{}", {a_point("a")}, 1);
  Run run = store.load().at(0);
  run.state = State::waiting;
  run.why = "again in a while";
  run.retry_at = 77.5;
  run.failures["nccl"] = 2;
  Attempt attempt = an_attempt("t1");
  attempt.number = 3;
  attempt.launcher_pid = 4;
  attempt.launcher_start_ns = 5;
  attempt.identity = protocol::Identity{1, 2, 3, 4};
  attempt.seq = 9;
  attempt.started_at = 11.5;
  attempt.ended_at = 30;
  attempt.first_step = 1;
  attempt.progress = {5, 1e18, 4, 3, 28, 27};
  attempt.revision = "r";
  attempt.world = 2;
  attempt.devices = {"cpu", "cpu"};
  attempt.tried_at = 12;
  attempt.launched_at = 13;
  attempt.seen_at = 29;
  attempt.cancel_at = 28;
  attempt.said_failure = Verdict{protocol::FailureClass::nccl, "ring 0 timed out"};
  attempt.condemned = Verdict{protocol::FailureClass::hang, "silent"};
  attempt.ending = Ending{protocol::FailureClass::nccl, "report", "ring 0 timed out", 69, 30};
  attempt.gone = true;
  run.attempts = {attempt, an_attempt("t2")};
  store.save({run}, {{0, 5, "a", "kind", "text"}});
  CHECK(store.load().at(0) == run);
  CHECK(store.run("a")->run == run);
  CHECK(store.runs().at(0) == run);
  CHECK(Store::open_read_only(folder.file()).runs_of("s").at(0) == run);
  CHECK(store.events_of("a").back().text == "text");
  run.settled = true;
  store.save({run}, {});
  CHECK(store.load().empty());
}

TEST_CASE("store: a turn does not write what belongs to requests") {
  const Folder folder;
  Store store = Store::open(folder.file());
  store.submit_sweep("s", "{}", {a_point("a")}, 1);
  const Run before = store.load().at(0);
  Run asked = before;
  asked.wanted = Wanted::cancel;
  store.save_request({asked}, {});
  store.save({before}, {});
  CHECK(store.load().at(0).wanted == Wanted::cancel);
}

TEST_CASE("store: reports are committed once, and none after a later attempt has reported") {
  const Folder folder;
  Store store = Store::open(folder.file());
  store.submit_sweep("s", "{}", {a_point("a")}, 1);
  Run run = running(store, "a", "t1");
  Delivery delivery{
      run, "t1", 0, {a_report("a", 1, protocol::Eval{5, "x", "test", 1, 2, {}, {}, 3})}, {}};
  delivery.run.attempts[0].seq = 1;
  CHECK(store.commit(delivery));
  CHECK_FALSE(store.commit(delivery));
  CHECK(store.evals("a").size() == 1);
  CHECK(store.run("a")->run.attempts[0].seq == 1);

  Run next = store.run("a")->run;
  next.attempts.push_back(an_attempt("t2"));
  store.save({next}, {});
  Delivery spoken{next, "t2", 0, {a_report("a", 1, protocol::Skipped{3, 4, "spike"})}, {}};
  spoken.run.attempts[1].seq = 1;
  CHECK(store.commit(spoken));
  Delivery stale{next, "t1", 1, {a_report("a", 2, protocol::Skipped{1, 2, "spike"})}, {}};
  CHECK_FALSE(store.commit(stale));
  CHECK(store.skipped("a").size() == 1);
}

TEST_CASE("store: events cannot be changed or removed") {
  const Folder folder;
  Store store = Store::open(folder.file());
  store.submit_sweep("s", "{}", {a_point("a")}, 1);
  SQLite::Database database(folder.file().string(), SQLite::OPEN_READWRITE);
  CHECK_THROWS_AS(database.exec("DELETE FROM events"), SQLite::Exception);
  CHECK_THROWS_AS(database.exec("UPDATE events SET text = ''"), SQLite::Exception);
  CHECK(store.events_of("a").size() == 1);
}
