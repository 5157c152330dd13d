#include "db/store.h"

#include <doctest/doctest.h>

using namespace enigma::db;
using enigma::protocol::Metrics;
using Ids = std::vector<std::string>;

namespace {

NewPoint a_point(const std::string& id, const std::string& plan = R"({"flops": 5})") {
  NewPoint point;
  point.id = id;
  point.point = point.point_file = point.placement = point.values = "{}";
  point.plan = plan;
  point.target_step = 100;
  return point;
}

/// Sweep s of e, d, c and sweep t of a, d.
struct Two {
  Store store = Store::open(":memory:");
  Two() {
    store.submit_sweep("s", "{}", {a_point("e"), a_point("d"), a_point("c")}, 1);
    store.submit_sweep("t", "{}", {a_point("a", R"({"flops": "many"})"), a_point("d")}, 2);
  }
  void set_state(const std::string& id, State state) {
    Run run = store.run(id)->run;
    run.state = state;
    store.save({run}, {});
  }
};

/// All pages of a list, one after another.
std::vector<Ids> pages(const Store& store, RunsPage page) {
  std::vector<Ids> all;
  for (Ids ids = store.ids_of(page); !ids.empty(); ids = store.ids_of(page)) {
    page.after = ids.back();
    all.push_back(ids);
  }
  return all;
}

}  // namespace

TEST_CASE("pages: they follow the order of the list, and end with it") {
  Two two;
  CHECK(pages(two.store, {.limit = 3}) == std::vector<Ids>{{"e", "d", "c"}, {"a"}});
  CHECK(pages(two.store, {.sweep = "s", .limit = 2}) == std::vector<Ids>{{"e", "d"}, {"c"}});
  CHECK(pages(two.store, {.sweep = "t", .limit = 1}) == std::vector<Ids>{{"a"}, {"d"}});
  CHECK(two.store.ids_of({.limit = 0}).empty());
  CHECK(two.store.ids_of({.after = "nobody", .limit = 9}).empty());
  CHECK(two.store.ids_of({.sweep = "s", .after = "a", .limit = 9}).empty());
  CHECK(two.store.ids_of({.sweep = "none", .limit = 9}).empty());
}

TEST_CASE("pages: of one state alone") {
  Two two;
  two.set_state("d", State::failed);
  two.set_state("a", State::failed);
  CHECK(pages(two.store, {.limit = 1, .state = State::failed}) == std::vector<Ids>{{"d"}, {"a"}});
  CHECK(two.store.ids_of({.sweep = "s", .limit = 9, .state = State::failed}) == Ids{"d"});
  CHECK(two.store.ids_of({.limit = 9, .state = State::done}).empty());
}

TEST_CASE("pages: runs, memberships and summaries of some ids") {
  Two two;
  const auto runs = two.store.runs_with({"a", "none", "d", "a"});
  REQUIRE(runs.size() == 2);
  CHECK(runs[0] == two.store.run("a")->run);
  CHECK(runs[1] == two.store.run("d")->run);
  CHECK(two.store.runs_with({}).empty());
  const auto members = two.store.memberships_with({"d", "a"});
  REQUIRE(members.size() == 3);
  CHECK(members[0].sweep == "s");
  CHECK(members[0].run == "d");
  CHECK(members[1].sweep == "t");
  CHECK(members[1].run == "a");
  CHECK(two.store.summaries_with({"a"}).empty());
}

TEST_CASE("pages: narrow rows count what attempts have cost, and what plans say") {
  Two two;
  Run run = two.store.run("d")->run;
  Attempt attempt;
  attempt.token = "token";
  attempt.executor = "simulated";
  attempt.world = 2;
  attempt.started_at = 10;
  attempt.progress.said_at = attempt.progress.reported_at = 14;
  attempt.progress.step = 3;
  run.attempts.push_back(attempt);
  run.state = State::running;
  two.store.save({run}, {});
  run.attempts.back().seq = 1;
  const enigma::protocol::Report report{"d", {7, 0, 0, 9}, 1, 14, Metrics{3, 30, 1e9, {}}};
  REQUIRE(two.store.commit({run, "token", 0, {report}, {}}));

  const auto rows = two.store.counted("t");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].run == "a");
  CHECK(rows[0].attempts == 0);
  CHECK(rows[0].device_s == 0);
  CHECK(rows[1].state == State::running);
  CHECK(rows[1].attempts == 1);
  CHECK(rows[1].wall_s == 4);
  CHECK(rows[1].device_s == 8);
  CHECK(rows[1].reported_at == 14);
  CHECK(two.store.counted().size() == 4);
  CHECK(two.store.counted().front().run == "e");
  CHECK(two.store.last_steps({"a", "d"}) == std::map<std::string, int64_t>{{"d", 3}});

  const auto planned = two.store.planned("t");  // with the other sweep of d
  REQUIRE(planned.size() == 3);
  CHECK(planned[0].sweep == "s");
  CHECK(planned[0].flops == 5);
  CHECK(planned[1].run == "a");
  CHECK_FALSE(planned[1].flops);
  CHECK(two.store.planned().size() == 5);
}
