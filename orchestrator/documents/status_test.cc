#include "orchestrator/documents/status.h"

#include "files/atomic_file.h"
#include "files/temporary_folder.h"
#include "orchestrator/documents/a_story.h"
#include "orchestrator/documents/run_table.h"
#include "orchestrator/documents/show.h"

#include <sqlite3.h>
#include <sstream>

using namespace enigma;
using namespace enigma::documents;
using namespace enigma::documents::test;

namespace {

constexpr const char* kRunKeys =
    "id sweeps values state why attempt step target_step train_loss test_loss baseline_loss "
    "test_correlation mfu_step mfu_run mfu_basis data_wait_fraction wall_s device_hours eta_s "
    "family size subset seed params_shared windows flops reported_at";

const Json kController = {{"pid", 7}, {"url", "http://127.0.0.1:8"}, {"host", "here"}};

}  // namespace

TEST_CASE("status: every key of the contract is there, the states are counted by their words") {
  const Story story;
  const Json document = status(story.store, {}, kController);
  CHECK(keys_of(document) == "controller counts spend sweeps runs");
  CHECK(document["controller"] == kController);
  CHECK(status(story.store, "s", nullptr)["controller"].is_null());
  CHECK(document["counts"].dump() ==
        R"({"waiting":1,"running":0,"held":0,"done":1,"failed":1,"cancelled":0})");
  CHECK(keys_of(document["spend"]) == "device_hours usd wasted_device_hours");
  REQUIRE(document["sweeps"].size() == 1);
  CHECK(keys_of(document["sweeps"][0]) == "name points counts spend eta_s");
  CHECK(document["sweeps"][0]["points"] == 3);
  CHECK(document["sweeps"][0]["counts"] == document["counts"]);
  REQUIRE(document["runs"].size() == 3);
  for (const Json& run : document["runs"]) { CHECK(keys_of(run) == kRunKeys); }
  CHECK(status(story.store, "s", nullptr)["runs"] == document["runs"]);
}

TEST_CASE("status: pages follow each other by the last run of each, and count all runs") {
  const Story story;
  const Json whole = status(story.store, {}, nullptr);
  const Json first = status(story.store, {}, nullptr, {.limit = 2});
  CHECK(keys_of(first) == "controller counts spend sweeps reported_at runs next");
  REQUIRE(first["runs"].size() == 2);
  CHECK(first["next"] == first["runs"][1]["id"]);
  CHECK(first["counts"] == whole["counts"]);
  const Json rest = status(story.store, {}, nullptr, {.after = first["next"], .limit = 2});
  REQUIRE(rest["runs"].size() == 1);
  CHECK(rest["next"].is_null());
  CHECK(rest["runs"][0] == whole["runs"][2]);
  const Json none = status(story.store, {}, nullptr, {.limit = 0});
  CHECK(none["runs"].empty());
  CHECK(none["next"].is_null());
  CHECK(status(story.store, {}, nullptr, {.after = "nobody", .limit = 2})["runs"].empty());
  CHECK(first["reported_at"] == 206.0);
}

TEST_CASE("status: a page of a sweep, or of one state, tells its runs as the whole does") {
  Story story;
  story.store.submit_sweep("t", "{}", {a_point("dd"), a_point("aa")}, 20);
  const Json whole = status(story.store, "t", nullptr);
  const Json first = status(story.store, "t", nullptr, {.limit = 1});
  CHECK(first["runs"] == Json::array({whole["runs"][0]}));
  CHECK(first["next"] == "dd");
  const Json rest = status(story.store, "t", nullptr, {.after = "dd", .limit = 1});
  CHECK(rest["runs"] == Json::array({whole["runs"][1]}));
  CHECK(rest["runs"][0]["sweeps"] == Json::array({"s", "t"}));
  CHECK(rest["next"].is_null());
  const Json failed = status(story.store, {}, nullptr, {.limit = 9, .state = db::State::failed});
  REQUIRE(failed["runs"].size() == 1);
  CHECK(failed["runs"][0]["id"] == "bb");
  CHECK(failed["counts"] == status(story.store, {}, nullptr)["counts"]);
}

TEST_CASE("status: some runs alone, as all of them tell it") {
  const Story story;
  const Json whole = status(story.store, {}, nullptr);
  const Json some = status_of_runs(story.store, {"bb", "nobody", "aa", "bb"});
  CHECK(keys_of(some) == "runs");
  CHECK(some["runs"] == Json::array({whole["runs"][1], whole["runs"][0]}));
  CHECK(whole["runs"][0]["size"] == "16x1x2");
  CHECK(whole["runs"][0]["subset"] == "all");
  CHECK(whole["runs"][0]["params_shared"] == 1000);
  CHECK(whole["runs"][0]["reported_at"] == 206.0);
  CHECK(whole["runs"][2]["reported_at"].is_null());
}

TEST_CASE("status: a run tells its current history and what all its attempts have cost") {
  const Story story;
  const Json run = status(story.store, {}, nullptr)["runs"][0];
  CHECK(run["state"] == "done");
  CHECK(run["sweeps"] == Json::array({"s"}));
  CHECK(run["attempt"] == 2);
  CHECK(run["step"] == 4);
  CHECK(run["train_loss"] == 16.0);
  CHECK(run["test_loss"] == 3.5);
  CHECK(run["baseline_loss"] == 6.5);
  CHECK(run["test_correlation"] == doctest::Approx(0.2));
  CHECK(run["mfu_step"] == 0.25);
  CHECK(run["wall_s"] == doctest::Approx(12));
  CHECK(run["mfu_run"] == doctest::Approx(4 * 2 * 0.25 / 12));
  CHECK(run["mfu_basis"] ==
        "CPU (peak measured: 9.0 GFLOP/s float32, 1 thread); attention over all pairs (dense)");
  CHECK(run["data_wait_fraction"] == doctest::Approx(0.25));
  CHECK(run["device_hours"] == doctest::Approx(12 * 2 / 3600.0));
  CHECK(run["eta_s"] == 0.0);
}

TEST_CASE("status: what is unknown is null, never 0") {
  const Story story;
  const Json waiting = status(story.store, {}, nullptr)["runs"][2];
  CHECK(waiting["state"] == "waiting");
  for (const char* key :
       {"why", "attempt", "step", "train_loss", "test_loss", "baseline_loss", "test_correlation",
        "mfu_step", "mfu_run", "mfu_basis", "data_wait_fraction", "wall_s", "eta_s"}) {
    INFO(std::string(key));
    CHECK(waiting[key].is_null());
  }
  CHECK(waiting["device_hours"] == 0.0);  // nothing ran: that is known
  const Json failed = status(story.store, {}, nullptr)["runs"][1];
  CHECK(failed["why"] == "code: exit code 70");
  CHECK(failed["device_hours"].is_null());  // something ran, and nothing was measured
}

TEST_CASE("status: dollars are the device hours at the spec's rate") {
  const Story story;
  const Json spend = status(story.store, {}, nullptr)["spend"];
  CHECK(spend["device_hours"] == doctest::Approx(24 / 3600.0));
  CHECK(spend["usd"] == doctest::Approx(24));
  CHECK(spend["wasted_device_hours"] == doctest::Approx(2 * 2 * 2 / 3600.0));
  db::Store unpriced = db::Store::open(":memory:");
  unpriced.submit_sweep("t", "{}", {a_point("dd")}, 1);
  CHECK(status(unpriced, {}, nullptr)["spend"]["usd"].is_null());
}

TEST_CASE("status: the time left follows FLOPs, at the pace measured so far") {
  db::Store store = db::Store::open(":memory:");
  std::vector<db::NewPoint> points;
  for (const char* id : {"aa", "bb", "cc", "dd"}) { points.push_back(a_point(id)); }
  points[2].plan = points[3].plan = R"({"flops":4e10})";  // ten times the others
  store.submit_sweep("s", "{}", points, 10);
  CHECK(status(store, {}, nullptr)["sweeps"][0]["eta_s"]
            .is_null());  // nothing runs, nothing was measured
  const auto begin = [&](const char* id, double from) {
    db::Run run = store.run(id)->run;
    db::Attempt attempt;
    attempt.token = id;
    attempt.executor = "local";
    attempt.started_at = attempt.progress.said_at = from;
    run.attempts = {attempt};
    run.state = db::State::running;
    store.save({run}, {});
    return run;
  };
  const auto say = [&](db::Run run, int64_t step, double at) {
    const int64_t before = run.attempts[0].seq++;
    run.attempts[0].progress = {step, 1e9 * double(step), {}, {}, at, at};
    const protocol::Report report{
        run.id, {}, before + 1, at, protocol::Metrics{step, step, 1e9 * double(step), {}}};
    REQUIRE(store.commit({run, run.attempts[0].token, before, {report}, {}}));
    return run;
  };
  for (const char* id : {"aa", "bb"}) {  // 4 GFLOP in 10 s
    db::Run run = say(begin(id, 100), 4, 110);
    run.state = db::State::done;
    store.save({run}, {});
  }
  db::Run third = begin("cc", 120);
  // One place is in use, and 80 GFLOP are left: as many as twenty of the runs that are done.
  CHECK(status(store, {}, nullptr)["sweeps"][0]["eta_s"] == doctest::Approx(200));
  third = say(third, 2, 140);  // half of its 40 GFLOP in 20 s: faster, and that counts from now on
  CHECK(status(store, {}, nullptr)["sweeps"][0]["eta_s"] == doctest::Approx(60));
  CHECK(status(store, {}, nullptr)["runs"][2]["eta_s"] == doctest::Approx(20));
}

namespace {

int64_t statements = 0;

int count_statement(unsigned, void*, void*, void*) {
  ++statements;
  return 0;
}

/// SQLite calls it for every connection that is opened.
int watch(sqlite3* database, char**, const void*) {
  return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, count_statement, nullptr);
}

int64_t questions_of_status(int64_t runs) {
  db::Store store = db::Store::open(":memory:");
  std::vector<db::NewPoint> points;
  for (int64_t i = 0; i < runs; ++i) { points.push_back(a_point("run" + std::to_string(i))); }
  store.submit_sweep("s", kSpec, points, 10);
  statements = 0;
  CHECK(status(store, "s", nullptr)["runs"].size() == static_cast<size_t>(runs));
  CHECK(status(store, {}, nullptr)["runs"].size() == static_cast<size_t>(runs));
  return statements;
}

}  // namespace

TEST_CASE("status: the store is asked once, not once a run") {
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch));
  const int64_t few = questions_of_status(2);
  const int64_t many = questions_of_status(200);
  sqlite3_reset_auto_extension();
  CHECK(few > 0);
  CHECK(many == few);
}

TEST_CASE("show: attempts, checkpoints, evaluations, skipped steps and events") {
  const Story story;
  CHECK_FALSE(show(story.store, "nobody"));
  const Json document = *show(story.store, "aa");
  CHECK(keys_of(document) ==
        std::string(kRunKeys) +
            " point environment attempts ranks communication checkpoints evals evaluations "
            "forecasts skipped events");
  CHECK(document["ranks"].is_null());
  CHECK(document["point"]["seed"] == 7);
  REQUIRE(document["attempts"].size() == 2);
  const Json first = document["attempts"][0];
  CHECK(keys_of(first) ==
        "number executor job nodes ranks started_at ended_at class evidence first_step last_step "
        "resumed_from_step device_hours code_revision");
  CHECK(first["class"] == "preempted");
  CHECK(first["evidence"]["source"] == "exit_file");
  CHECK(first["evidence"]["line"] == "exit code 70");
  CHECK(first["last_step"] == 3);
  CHECK(first["resumed_from_step"].is_null());
  CHECK(document["attempts"][1]["class"].is_null());
  CHECK(document["attempts"][1]["resumed_from_step"] == 1);
  CHECK(keys_of(document["checkpoints"][0]) == "step path bytes sha256 attempt");
  CHECK(document["evals"].size() == 2);  // that of step 3 was taken back
  CHECK(keys_of(document["evals"][0]) == "step strategy tier loss baseline_loss correlation se n");
  CHECK(document["evals"][1]["correlation"].is_null());
  CHECK(document["skipped"][0] == Json({{"from", 2}, {"to", 2}, {"why", "spike"}}));
  CHECK(keys_of(document["events"].back()) == "id at kind text");
}

TEST_CASE("show: ranks and communication are those that the newest worker has written") {
  const Story story;
  const TemporaryFolder folder;
  const auto write = [&](const char* attempt, const std::string& text) {
    std::filesystem::create_directories(folder.path() / "runs" / "aa" / attempt);
    write_atomically(folder.path() / "runs" / "aa" / attempt / "layout.json", text);
  };
  write("attempt-1", R"({"ranks": [{"rank": 0}], "communication": {"form": "shard"}})");
  CHECK((*show(story.store, "aa", folder.path()))["communication"]["form"] == "shard");
  write("attempt-2", "torn {");
  CHECK((*show(story.store, "aa", folder.path()))["ranks"].size() == 1);
  write("attempt-2", R"({"ranks": [{"rank": 0}, {"rank": 1}]})");
  const Json document = *show(story.store, "aa", folder.path());
  CHECK(document["ranks"].size() == 2);
  CHECK(document["communication"].is_null());
}

TEST_CASE("run table: unknown is a dash, and colors stand around states alone") {
  const Story story;
  const std::string plain = run_table(views(story.store));
  CHECK(plain.find("\naa") != std::string::npos);
  CHECK(plain.find("16x1x2") != std::string::npos);
  CHECK(plain.find("waiting    0/4        -") != std::string::npos);
  CHECK(plain.find('\x1b') == std::string::npos);
  const std::string painted = run_table(views(story.store), true);
  CHECK(painted.find("\x1b[32m   done\x1b[0m") != std::string::npos);
  CHECK(painted.find("\x1b[31m failed\x1b[0m") != std::string::npos);
}

TEST_CASE("run table: numbers are rounded, budgets have no '+'") {
  const Story story;
  const std::string plain = run_table(views(story.store));
  CHECK(plain.find("4e9     done      4  16.0000  3.5000  12 s  17%   25%\n") != std::string::npos);
  CHECK(loss_text(0.9231567) == "0.9232");
  CHECK(loss_text(123456.0) == "1.23e5");
  CHECK(loss_text(nullptr) == "-");
}

TEST_CASE("run table: the quick start's sizes stand there whole") {
  RunView view;
  view.run.id = "0123456789abcdef";
  view.run.state = db::State::running;
  view.run.target_step = 2260;
  view.summary.step = 1024;
  view.summary.train_loss = view.summary.test_loss = 0.8826;
  view.summary.wall_s = 567;
  view.summary.mfu_step = view.summary.step_s = 1;
  view.plan = {{"size", {{"width", 48}, {"layers", 1}, {"heads", 12}}},
               {"data", {{"subset", "all"}}},
               {"budget_flops", 1.5e11}};
  const std::string table = run_table({view});
  CHECK(table.find("01234567 48x1x12 all 1.5e11 running 1024/2260 0.8826 0.8826 9 min 27 s") !=
        std::string::npos);
}

TEST_CASE("run table: every line fits 80 columns, whatever the names and numbers") {
  RunView view;
  view.run.id = "0123456789abcdef";
  view.run.state = db::State::cancelled;
  view.run.target_step = 99'999'999;
  view.summary.step = 12'345'678;
  view.summary.train_loss = view.summary.test_loss = 123456.789;
  view.summary.wall_s = 59 * 60 + 59;
  view.summary.mfu_step = 1;
  view.summary.mfu_time_s = view.summary.wall_s;
  view.summary.step_s = view.summary.data_wait_s = 1;
  view.plan = {{"size", {{"width", 12345}, {"layers", 100}, {"heads", 16}}},
               {"data", {{"subset", "alle Sitzungen mit größeren Populationen"}}},
               {"budget_flops", 1.2345e21}};
  std::istringstream lines(run_table({view}));
  for (std::string line; std::getline(lines, line);) { CHECK(columns_of(line) <= kColumns); }
}
