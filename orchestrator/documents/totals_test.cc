#include "orchestrator/documents/totals.h"

#include "orchestrator/documents/a_story.h"
#include "orchestrator/documents/status.h"

using namespace enigma;
using namespace enigma::documents;
using namespace enigma::documents::test;

namespace {

/// What a page says of all runs, without its runs.
Json of_page(const db::Store& store, const std::optional<std::string>& sweep) {
  Json page = status(store, sweep, nullptr, {.limit = 0});
  for (const char* key : {"controller", "runs", "next", "reported_at"}) { page.erase(key); }
  return page;
}

Json of_all(const db::Store& store, const std::optional<std::string>& sweep) {
  Json all = status(store, sweep, nullptr);
  for (const char* key : {"controller", "runs"}) { all.erase(key); }
  return all;
}

/// A run of `id` that is at work and has reported `steps` steps of 2 s each.
void start(db::Store& store, const std::string& id, int64_t steps) {
  db::Run run = store.run(id)->run;
  db::Attempt attempt;
  attempt.token = "token of " + id;
  attempt.executor = "local";
  attempt.number = 1;
  attempt.started_at = attempt.progress.said_at = 400;
  attempt.identity = protocol::Identity{78, 0, 0, 5};
  run.attempts.push_back(attempt);
  run.state = db::State::running;
  store.save({run}, {});
  std::vector<protocol::Report> reports;
  for (int64_t step = 1; step <= steps; ++step) {
    const double at = 400 + 2.0 * static_cast<double>(step);
    reports.push_back({id, *attempt.identity, step, at, protocol::Metrics{step, 8, 1e9, {}}});
  }
  run.attempts.back().seq = steps;
  run.attempts.back().progress.step = steps;
  run.attempts.back().progress.said_at = 400 + 2.0 * static_cast<double>(steps);
  REQUIRE(store.commit({run, attempt.token, 0, reports, {}}));
}

db::NewPoint without_flops(const std::string& id) {
  db::NewPoint point = a_point(id);
  point.plan = R"({"flops":null})";
  return point;
}

}  // namespace

TEST_CASE("totals: of narrow rows they are what they are of all views") {
  Story story;
  const std::optional<std::string> all;
  for (const auto& sweep : {all, std::optional<std::string>("s")}) {
    CHECK(of_page(story.store, sweep) == of_all(story.store, sweep));
  }
  story.store.submit_sweep("t", "{}", {a_point("dd"), a_point("aa"), without_flops("ee")}, 20);
  story.store.submit_sweep("u", kSpec, {a_point("ff"), a_point("aa")}, 30);
  for (const auto& sweep :
       {all, std::optional<std::string>("t"), std::optional<std::string>("u")}) {
    CHECK(of_page(story.store, sweep) == of_all(story.store, sweep));
  }
  CHECK(of_page(story.store, "t")["sweeps"][0]["eta_s"].is_null());
}

TEST_CASE(
    "totals: an estimate takes the pace of what runs, and of what is done where none has one") {
  Story story;
  start(story.store, "cc", 1);
  const Json own = of_page(story.store, "s");
  CHECK(own == of_all(story.store, "s"));
  CHECK(own["sweeps"][0]["eta_s"] == doctest::Approx(6));
  story.store.submit_sweep("t", "{}", {a_point("aa"), a_point("dd")}, 20);
  start(story.store, "dd", 0);
  const Json others = of_page(story.store, "t");
  CHECK(others == of_all(story.store, "t"));
  CHECK(others["sweeps"][0]["eta_s"] == doctest::Approx(12));
  CHECK(of_page(story.store, {}) == of_all(story.store, {}));
}

TEST_CASE("totals: a price is found where the spec names one, and nowhere else") {
  CHECK(usd_per_device_hour({"s", kSpec, 0, 1}) == 3600);
  CHECK_FALSE(usd_per_device_hour({"s", "{}", 0, 1}));
  CHECK_FALSE(usd_per_device_hour({"s", R"({"usd_per_device_hour": 1})", 0, 1}));
}
